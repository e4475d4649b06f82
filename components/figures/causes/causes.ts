/** What the figures of the Causes page draw: a photo's plain numbers, a list of interventions, and what came of it. */
import type {CausesFile, ChangedNumbers, PhotoCauses} from "../../analysis/causes.js";
import {formatInterventions, parseInterventions, type Intervention} from "../../model/interventions/index.js";
import type {Feed, ShownPicture} from "../../site/feed.js";
import {fetchData} from "../../site/files.js";
import {reasonOf} from "../../ui/reason.js";

/** What is known of a photo before anything is changed. */
export type Study = Omit<PhotoCauses, "heads" | "answers">;

/** Runs the model on the photo; the page's live half gives one. */
export interface CausesRunner {
  /** The model that it runs. */
  readonly model: string;
  /** @param onStage told in words where a first run has got to */
  change(image: string, text: string, onStage: (stage: string) => void): Promise<ChangedNumbers>;
  study(image: string, onStage: (stage: string) => void): Promise<Study>;
  /** Where it runs, once it does. */
  device(): string | undefined;
}

/** A photo with what is known of it. */
export interface CausesView {
  picture: ShownPicture;
  /** Of the layers, 1-based. */
  layer: number;
  causes: Study & {heads?: number[]};
  /** The list of the address. */
  list: readonly Intervention[];
  /** What came of the list, or of the list before it while that one runs; absent before the first. */
  changed?: ChangedNumbers;
  /** Who computed the shown numbers: "stored", or where they were computed. */
  made: string;
}

export interface CausesState {
  view?: CausesView;
  /** What is under way, in words. */
  stage?: string;
  failure?: string;
}

/** Joins the photo of a feed with the interventions of its address, and keeps what runs have found. */
export class CausesPlace {
  state: CausesState = {stage: "Loading this photo."};
  private readonly listeners = new Set<(state: CausesState) => void>();
  private readonly studies = new Map<string, Promise<CausesView["causes"] & {answers?: ChangedNumbers[]}>>();
  private readonly found = new Map<string, ChangedNumbers>();
  private picture?: ShownPicture;
  private turn = 0;

  constructor(
    readonly feed: Feed,
    readonly runner: CausesRunner
  ) {
    feed.subscribe((state) => {
      if ("failure" in state) this.set({failure: state.failure});
      if (!("view" in state)) return;
      this.picture = state.view.picture;
      void this.follow();
    });
  }

  subscribe(listener: (state: CausesState) => void): void {
    this.listeners.add(listener);
    listener(this.state);
  }

  /** Puts a list into the address: everything follows from there. */
  ask(list: readonly Intervention[]): void {
    this.feed.store.set({causes: {list: formatInterventions(list)}});
  }

  /** The numbers of a list, from what is kept, or by a run. @throws Error why there are none */
  async numbers(text: string, onStage: (stage: string) => void = () => {}): Promise<ChangedNumbers> {
    const image = this.picture!.id;
    const known = this.found.get(`${image} ${text}`);
    if (known) return known;
    const found = await this.runner.change(image, text, onStage);
    this.found.set(`${image} ${text}`, found);
    return found;
  }

  private study(image: string, onStage: (stage: string) => void) {
    const known = this.studies.get(image);
    if (known) return known;
    const asked = stored(this.runner.model).then(async (file) => {
      const kept = file && Object.hasOwn(file.photos, image) ? file.photos[image] : undefined;
      for (const answer of kept?.answers ?? []) this.found.set(`${image} ${answer.text}`, answer);
      return kept ?? this.runner.study(image, onStage);
    });
    this.studies.set(image, asked);
    asked.catch(() => this.studies.delete(image));
    return asked;
  }

  /** Shows what the address asks for; the newest question wins. */
  private async follow(): Promise<void> {
    const turn = (this.turn += 1);
    const {picture, feed} = this;
    if (!picture) return;
    const holds = () => turn === this.turn;
    const say = (stage: string) => holds() && this.set({stage});
    try {
      const causes = await this.study(picture.id, say);
      if (!holds()) return;
      const {value} = feed.store;
      const list = parseInterventions(value.causes.list);
      const text = formatInterventions(list);
      const layer = Math.min(value.layer, causes.plain.norms.length);
      const before = this.state.view?.picture.id === picture.id ? this.state.view.changed : undefined;
      const view = {picture, layer, causes, list, made: this.runner.device() ?? "stored"};
      const known = text === "" ? undefined : this.found.get(`${picture.id} ${text}`);
      if (text === "" || known)
        return this.set({view: {...view, changed: known}, stage: undefined, failure: undefined});
      this.set({view: {...view, changed: before}, stage: "Running the changed network.", failure: undefined});
      const changed = await this.numbers(text, say);
      if (holds())
        this.set({
          view: {...view, changed, made: this.runner.device() ?? "stored"},
          stage: undefined,
          failure: undefined
        });
    } catch (error) {
      if (holds()) this.set({stage: undefined, failure: reasonOf(error)});
    }
  }

  private set(change: Partial<CausesState>): void {
    this.state = {...this.state, ...change};
    for (const listener of this.listeners) listener(this.state);
  }
}

const files = new Map<string, Promise<CausesFile | undefined>>();

/** What was computed with the site for a model's photos; undefined where nothing was. */
function stored(model: string): Promise<CausesFile | undefined> {
  const known = files.get(model);
  if (known) return known;
  const asked = fetchData(`snapshots/${model}/causes.json`).then(
    (bytes) => JSON.parse(new TextDecoder().decode(bytes)) as CausesFile,
    () => undefined
  );
  files.set(model, asked);
  return asked;
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
