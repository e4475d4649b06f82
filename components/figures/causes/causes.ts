/** What the figures of the Causes page draw: a photo's plain numbers, a list of interventions, and what came of it. */
import {causesPath, type CausesFile, type ChangedNumbers, type PhotoCauses} from "../../analysis/causes.js";
import {formatInterventions, parseInterventions, type Intervention} from "../../model/interventions/index.js";
import type {FeatureMap} from "../../records/record.js";
import type {Feed, Place, ShownPicture} from "../../site/feed.js";
import {fetchData} from "../../site/files.js";
import {listPhotos} from "../../site/library.js";
import {reasonOf} from "../../ui/reason.js";

/** What is known of a photo before anything is changed. */
export type Study = Omit<PhotoCauses, "heads" | "answers">;

/** Told in words where a first run has got to. */
export type OnStage = (stage: string) => void;

/** Runs a model on photos; the page's live half gives one. */
export interface CausesRunner {
  /** Which of the models that the site ships runs where one is chosen: that one, or the first. */
  modelFor(chosen: string): string;
  change(model: string, image: string, text: string, onStage: OnStage): Promise<ChangedNumbers>;
  study(model: string, image: string, onStage: OnStage): Promise<Study>;
  /** Features of a method, as the network is and with a list of interventions. */
  features(
    model: string,
    image: string,
    ask: {text: string; method: string},
    onStage: OnStage
  ): Promise<{plain: FeatureMap; changed: FeatureMap}>;
  /** Where it runs, once it does. */
  device(): string | undefined;
}

/** A photo with what is known of it. */
export interface CausesView {
  picture: ShownPicture;
  /** The model that was run. */
  model: string;
  /** Of the layers, 1-based. */
  layer: number;
  causes: Study & {heads?: number[]};
  /** The list of the address. */
  list: readonly Intervention[];
  /** What came of the list, or of the list before it while that one runs; absent before the first. */
  changed?: ChangedNumbers;
  /** Where the shown numbers were computed; undefined where that was with the site. */
  device?: string;
}

export interface CausesState {
  view?: CausesView;
  /** What is under way, in words. */
  stage?: string;
  failure?: string;
}

/** The model whose answers are computed with the site: the one that every site ships. */
const storedModel = "mini";

type Known = CausesView["causes"] & {answers?: ChangedNumbers[]};

/** Joins the photo of a feed with the interventions of its address, and keeps what runs have found. */
export class CausesPlace implements Place {
  state: CausesState = {stage: "Loading this photo."};
  private readonly listeners = new Set<(state: CausesState) => void>();
  private readonly studies = new Map<string, Promise<Known>>();
  private readonly found = new Map<string, {numbers: ChangedNumbers; device?: string}>();
  private picture?: ShownPicture;
  private turn = 0;

  /** @param runner absent where a page does not run the model: only what was computed with the site is shown there */
  constructor(
    readonly feed: Feed,
    readonly runner?: CausesRunner
  ) {
    feed.subscribe((state) => {
      if ("failure" in state) this.set({failure: state.failure});
      if (!("view" in state)) return;
      this.picture = state.view.picture;
      void this.follow();
    });
  }

  get store(): Place["store"] {
    return this.feed.store;
  }

  get side(): string {
    return this.feed.side;
  }

  get page(): string | undefined {
    return this.feed.page;
  }

  /** The model whose numbers are shown: the chosen one where the site ships it. */
  get model(): string {
    return this.runner?.modelFor(this.store.value.model) ?? storedModel;
  }

  subscribe(listener: (state: CausesState) => void): void {
    this.listeners.add(listener);
    listener(this.state);
  }

  /** Puts a list into the address: everything follows from there. */
  ask(list: readonly Intervention[]): void {
    this.store.set({causes: {list: formatInterventions(list)}});
  }

  /** The numbers of a list, from what is kept, or by a run. @throws Error why there are none */
  async numbers(text: string, onStage: OnStage = () => {}): Promise<ChangedNumbers> {
    const {model} = this;
    const image = this.picture!.id;
    const known = this.found.get(keyOf(model, image, text));
    if (known) return known.numbers;
    const numbers = await this.running().change(model, image, text, onStage);
    this.found.set(keyOf(model, image, text), {numbers, device: this.runner?.device()});
    return numbers;
  }

  /** Features of a method for the shown photo, as it is and with the address's list. */
  features(method: string, onStage: OnStage): Promise<{plain: FeatureMap; changed: FeatureMap}> {
    const text = this.state.view ? formatInterventions(this.state.view.list) : "";
    return this.running().features(this.model, this.picture!.id, {text, method}, onStage);
  }

  private running(): CausesRunner {
    if (this.runner) return this.runner;
    throw new Error("This was not computed with the site. The Causes page runs the model: open the figure there.");
  }

  private study(model: string, image: string, onStage: OnStage): Promise<Known> {
    const key = keyOf(model, image);
    const known = this.studies.get(key);
    if (known) return known;
    const asked = stored(model, image).then(async (kept) => {
      for (const answer of kept?.answers ?? []) this.found.set(keyOf(model, image, answer.text), {numbers: answer});
      return kept ?? this.running().study(model, image, onStage);
    });
    this.studies.set(key, asked);
    asked.catch(() => this.studies.delete(key));
    return asked;
  }

  /** Shows what the address asks for; the newest question wins. */
  private async follow(): Promise<void> {
    const turn = (this.turn += 1);
    const {picture, model} = this;
    if (!picture) return;
    const holds = () => turn === this.turn;
    const say = (stage: string) => holds() && this.set({stage});
    try {
      const causes = await this.study(model, picture.id, say);
      if (!holds()) return;
      const {value} = this.store;
      const list = parseInterventions(value.causes.list);
      const text = formatInterventions(list);
      const layer = Math.min(value.layer, causes.plain.norms.length);
      const shown = this.state.view;
      const before = shown && shown.picture.id === picture.id && shown.model === model ? shown.changed : undefined;
      const view: CausesView = {picture, model, layer, causes, list};
      const known = text === "" ? undefined : this.found.get(keyOf(model, picture.id, text));
      if (text === "" || known) return this.show({...view, changed: known?.numbers, device: known?.device});
      this.set({view: {...view, changed: before}, stage: "Running the changed network.", failure: undefined});
      const changed = await this.numbers(text, say);
      if (holds()) this.show({...view, changed, device: this.runner?.device()});
    } catch (error) {
      if (holds()) this.set({stage: undefined, failure: reasonOf(error)});
    }
  }

  private show(view: CausesView): void {
    this.set({view, stage: undefined, failure: undefined});
  }

  private set(change: Partial<CausesState>): void {
    this.state = {...this.state, ...change};
    for (const listener of this.listeners) listener(this.state);
  }
}

function keyOf(...parts: readonly string[]): string {
  return parts.join("\n");
}

/** What was computed with the site for a photo; undefined where nothing was. */
async function stored(model: string, image: string): Promise<CausesFile | undefined> {
  const hash = (await listPhotos()).find(({id}) => id === image)?.hash;
  if (model !== storedModel || hash === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(await fetchData(causesPath(model, hash)))) as CausesFile;
  } catch {
    return undefined;
  }
}

/** The values of a layer (1-based) with the change, or the plain ones where there is none yet. */
export function layerOf<K extends "norms" | "classRows" | "outliers">(
  {causes: {plain}, changed}: CausesView,
  key: K,
  layer: number
): {before: number[]; after: number[]} {
  const before = plain[key][layer - 1];
  return {before, after: changed && layer >= changed.first ? changed[key][layer - changed.first] : before};
}

/** Who made the shown numbers: for captions. */
export function sourceOf({picture, model, causes, changed, device}: CausesView): string {
  return [
    picture.title,
    model,
    changed?.text,
    `high norms told in layer ${causes.layer}`,
    device === undefined ? "computed with the site" : `computed on ${device}`
  ]
    .filter(Boolean)
    .join(" · ");
}
