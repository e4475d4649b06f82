/** Runs interventions for the Causes page: a model that the site ships, opened when the first question needs it. */
import {FileAttachment} from "observablehq:stdlib";
import type {ChangedNumbers} from "../../analysis/causes.js";
import {donorsOf} from "../../model/interventions/donors.js";
import {parseInterventions} from "../../model/interventions/index.js";
import type {CausesRunner, OnStage, Study} from "../../figures/causes/causes.js";
import type {FeatureMap} from "../../records/record.js";
import {ownPicture} from "../../site/guest.js";
import {offerWords} from "../../site/lexicon.js";
import {photoFile} from "../../site/library.js";
import {selection} from "../../site/selection.js";
import {capabilities, usableKind, type DeviceKind} from "../capabilities.js";
import type {ModelEntry} from "../catalog.js";
import {LiveModel} from "../client.js";
import {prepareIsolation} from "../isolation.js";
import {keptRun} from "../kept/run.js";
import type {Calls, News, Stage} from "../protocol.js";

/** The models that the site ships, none of them open yet. */
export async function causesRunner(): Promise<CausesRunner> {
  prepareIsolation();
  const models = (await FileAttachment("../../../data/models/index.json").json()) as ModelEntry[];
  if (!models.length)
    throw new Error(
      "This site ships no model, so nothing can be changed here. Build it with one: MODELS=mini npm run build."
    );
  return new SiteRunner(models);
}

class SiteRunner implements CausesRunner {
  private live?: {model: string; open: Promise<LiveModel>};
  private info?: LiveModel;
  private looked = "";
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly models: readonly ModelEntry[]) {}

  modelFor(chosen: string): string {
    return (this.models.find(({id}) => id === chosen) ?? this.models[0]).id;
  }

  device(): string | undefined {
    return this.info?.info?.device;
  }

  change(model: string, image: string, text: string, onStage: OnStage): Promise<ChangedNumbers> {
    return this.inTurn(async () => {
      const live = await this.at(model, image, onStage);
      return live.call("change", {text, photos: await namedPhotos(text)}).answer;
    });
  }

  study(model: string, image: string, onStage: OnStage): Promise<Study> {
    return this.inTurn(async () => (await this.at(model, image, onStage)).call("causes", null).answer);
  }

  features(
    model: string,
    image: string,
    {text, method}: {text: string; method: string},
    onStage: OnStage
  ): Promise<{plain: FeatureMap; changed: FeatureMap}> {
    return this.inTurn(async () => {
      const live = await this.at(model, image, onStage);
      return live.call("changedFeatures", {text, method, photos: await namedPhotos(text)}).answer;
    });
  }

  /** One question at a time: an answer is of the picture that was looked at last. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.turn.then(work, work);
    this.turn = next.catch(() => {});
    return next;
  }

  /** The open model, with the photo looked at. */
  private async at(model: string, image: string, onStage: OnStage): Promise<LiveModel> {
    if (this.live?.model !== model) {
      void this.live?.open.then((open) => open.close()).catch(() => {});
      this.looked = "";
      this.live = {model, open: this.start(model, onStage)};
    }
    const {open} = this.live;
    open.catch(() => (this.live = undefined));
    const live = await open;
    if (this.looked === image) return live;
    await live.look(await lookAt(image), (news) => tell(news, onStage)).answer;
    this.looked = image;
    return live;
  }

  private async start(model: string, onStage: OnStage): Promise<LiveModel> {
    const entry = this.models.find(({id}) => id === model)!;
    const live = new LiveModel({entry}, await kindOf());
    try {
      const info = await live.open((news) => tell(news, onStage)).answer;
      if (live.lexicon) offerWords(model, live.lexicon);
      else if (info.tower)
        offerWords(model, {
          tower: true,
          vectors: (words) => live.call("words", {words: [...words]}).answer
        });
    } catch (error) {
      live.close();
      throw error;
    }
    this.info = live;
    return live;
  }
}

async function kindOf(): Promise<DeviceKind> {
  const {device} = selection.value.live;
  return usableKind(await capabilities(), device === "auto" ? undefined : device);
}

/** How a picture is looked at: a photo of the site as on the other pages, one's own as on the Live page. */
async function lookAt(image: string): Promise<Calls["look"]["ask"]> {
  const run = image === ownPicture ? await keptRun() : undefined;
  if (run) return {image, file: run.chosen.file, fit: run.fit, at: run.at, options: {}};
  const {file} = await photoFile(image);
  return {image, file, fit: {shape: "square", size: 224}, options: {}};
}

/** The photos that a list names. */
async function namedPhotos(text: string): Promise<Record<string, Blob>> {
  const names = new Set(Array.from(donorsOf(parseInterventions(text)).values(), ({photo}) => photo));
  return Object.fromEntries(
    await Promise.all(Array.from(names, async (id) => [id, (await photoFile(id)).file] as const))
  );
}

function tell(news: News, onStage: OnStage): void {
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
