/** Runs interventions for the Causes page: the site's Live model, opened when the first question needs it. */
import {FileAttachment} from "observablehq:stdlib";
import type {ChangedNumbers} from "../../analysis/causes.js";
import {donorsOf} from "../../model/interventions/donors.js";
import {parseInterventions} from "../../model/interventions/index.js";
import type {CausesRunner, Study} from "../../figures/causes/causes.js";
import {fetchData} from "../../site/files.js";
import {listPhotos} from "../../site/library.js";
import {selection} from "../../site/selection.js";
import {bestKind, capabilities, offers, type DeviceKind} from "../capabilities.js";
import type {ModelEntry} from "../catalog.js";
import {LiveModel} from "../client.js";
import type {News, Stage} from "../protocol.js";

type Say = (stage: string) => void;

/** The model of the selection where the site ships it, else the first that it ships. */
export async function causesRunner(): Promise<CausesRunner> {
  const models = (await FileAttachment("../../../data/models/index.json").json()) as ModelEntry[];
  const entry = models.find(({id}) => id === selection.value.model) ?? models[0];
  if (!entry)
    throw new Error(
      "This site ships no model, so nothing can be changed here. Build it with one: MODELS=mini npm run build."
    );
  return new SiteRunner(entry);
}

class SiteRunner implements CausesRunner {
  readonly model: string;
  private live?: Promise<LiveModel>;
  private info?: LiveModel;
  private looked = "";
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly entry: ModelEntry) {
    this.model = entry.id;
  }

  device(): string | undefined {
    return this.info?.info?.device;
  }

  change(image: string, text: string, onStage: Say): Promise<ChangedNumbers> {
    return this.inTurn(async () => {
      const live = await this.at(image, onStage);
      const names = new Set(Array.from(donorsOf(parseInterventions(text)).values(), ({photo}) => photo));
      const photos = Object.fromEntries(await Promise.all(Array.from(names, async (id) => [id, await photoFile(id)])));
      return live.call("change", {text, photos}).answer;
    });
  }

  study(image: string, onStage: Say): Promise<Study> {
    return this.inTurn(async () => (await this.at(image, onStage)).call("causes", null).answer);
  }

  /** One question at a time: an answer is of the picture that was looked at last. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.turn.then(work, work);
    this.turn = next.catch(() => {});
    return next;
  }

  /** The open model, with the photo looked at. */
  private async at(image: string, onStage: Say): Promise<LiveModel> {
    this.live ??= this.start(onStage);
    this.live.catch(() => (this.live = undefined));
    const live = await this.live;
    if (this.looked === image) return live;
    const file = await photoFile(image);
    const fit = {shape: "square", size: 224} as const;
    await live.look({image, file, fit, options: {}}, (news) => tell(news, onStage)).answer;
    this.looked = image;
    return live;
  }

  private async start(onStage: Say): Promise<LiveModel> {
    const live = new LiveModel({entry: this.entry}, await kindOf());
    try {
      await live.open((news) => tell(news, onStage)).answer;
    } catch (error) {
      live.close();
      throw error;
    }
    this.info = live;
    return live;
  }
}

async function kindOf(): Promise<DeviceKind> {
  const found = await capabilities();
  const {device} = selection.value.live;
  return device !== "auto" && offers(found, device) ? device : bestKind(found);
}

/** The photo's own file, so that the numbers are those of the other pages. */
async function photoFile(id: string): Promise<Blob> {
  const photo = (await listPhotos()).find((each) => each.id === id);
  if (!photo) throw new Error(`This site has no photo “${id}”. Choose another.`);
  return new Blob([(await fetchData(photo.whole)) as Uint8Array<ArrayBuffer>]);
}

function tell(news: News, onStage: Say): void {
  if ("progress" in news) onStage(wordsFor(news.progress));
}

function wordsFor(stage: Stage): string {
  switch (stage.stage) {
    case "download":
      return `Loading the model: ${(stage.bytes / 1e6).toFixed(1)} of ${(stage.total / 1e6).toFixed(1)} MB.`;
    case "runtime":
      return "Starting the model.";
    case "layers":
      return `Running the network as trained: ${stage.done} of ${stage.of} layers.`;
    default:
      return "Preparing the picture.";
  }
}
