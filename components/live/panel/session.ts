/** What the Live page is doing: which picture, model and device, how far it has got, what went wrong. */
import type {ImageRecord} from "../../records/record.js";
import type {ShownPicture} from "../../site/feed.js";
import type {Fit} from "../../model/image/fit.js";
import type {TextVectors} from "../../model/lexicon.js";
import type {OptionValues} from "../../analysis/options.js";
import {hostOf, type ModelEntry, type ModelSource} from "../catalog.js";
import {capabilities, usableKind, type Capabilities, type DeviceKind} from "../capabilities.js";
import {LiveModel, type Running} from "../client.js";
import {canvasOf} from "../canvas.js";
import type {KeptPicture, KeptRun} from "../kept/run.js";
import {failureOf, LiveError} from "../failure.js";
import {offerWords} from "../../site/lexicon.js";
import type {Failure, LiveMask, News, OpenedDump, SegmentAsk, Shown, Stage} from "../protocol.js";

/** A picture that the reader chose. */
export type Chosen = KeptPicture;

export interface LiveState {
  capabilities?: Capabilities;
  models: ModelEntry[];
  /** The model that is or will be used. */
  source?: ModelSource;
  /** What the reader chose, or what is best here. */
  kind: DeviceKind;
  /** As captions name it, once it is open. */
  device?: string;
  chosen?: Chosen;
  fit: Fit;
  /** Where the square is cut along the longer side, 0 to 1. */
  at: number;
  /** Where the work is; absent while there is none. */
  stage?: Stage;
  notes: string[];
  failure?: Failure;
  /** Whether the reader went back to other choices than those of the last run. */
  stale: boolean;
  /** Whether a lost device was replaced during this run. */
  recovered: boolean;
  /** The picture as the model looked at it, and all of it. */
  square?: Shown;
  whole?: Shown;
  masks: LiveMask[];
}

/** What figures are given as a result comes in. */
export type ShowResult = (record: ImageRecord, live: LiveModel, picture: ShownPicture) => void;

/** Runs what the reader asks for, the newest first, and tells listeners how it goes. */
export class LiveSession {
  state: LiveState = {
    models: [],
    kind: "wasm",
    fit: {shape: "square", size: 224},
    at: 0.5,
    notes: [],
    masks: [],
    stale: false,
    recovered: false
  };
  /** SFP's options that differ from their defaults. */
  options: OptionValues = {};
  private live?: LiveModel;
  /** The one that has looked at the picture. */
  private looking?: LiveModel;
  private begun?: Promise<void>;
  private opening?: Promise<LiveModel>;
  private running?: Running<unknown>;
  /** How many runs the reader waits for: what is prepared before is nobody's progress. */
  private awaited = 0;
  private readonly listeners = new Set<(state: LiveState) => void>();

  constructor(
    private readonly show: ShowResult,
    chosen: {fit?: Fit; at?: number; options?: OptionValues} = {}
  ) {
    const {fit = this.state.fit, at = this.state.at} = chosen;
    this.state = {...this.state, fit, at};
    this.options = chosen.options ?? {};
  }

  subscribe(listener: (state: LiveState) => void): void {
    this.listeners.add(listener);
    listener(this.state);
  }

  /** Looks at what the browser and the site offer. A model or a device that is not to be had is passed over. */
  begin(models: Promise<ModelEntry[]>, chosen: {model?: string; device?: DeviceKind} = {}): Promise<void> {
    return (this.begun = this.choose(models, chosen));
  }

  private async choose(
    models: Promise<ModelEntry[]>,
    {model, device}: {model?: string; device?: DeviceKind}
  ): Promise<void> {
    const [list, found] = await Promise.all([models, capabilities()]);
    const entry = list.find(({id}) => id === model) ?? list[0];
    // A model that the reader opened meanwhile stays.
    const source = this.state.source ?? (entry && {entry});
    this.set({models: list, capabilities: found, kind: usableKind(found, device), source});
  }

  get modelId(): string | undefined {
    const {source} = this.state;
    return source && ("entry" in source ? source.entry.id : source.id);
  }

  /** The model that has looked at the picture and runs now, if any. */
  get model(): LiveModel | undefined {
    return this.looking === this.open ? this.open : undefined;
  }

  private get open(): LiveModel | undefined {
    return this.live?.info && !this.live.closed ? this.live : undefined;
  }

  /** Takes over what the address says, for the next run: going back or forward runs nothing. */
  restore({
    model,
    device,
    fit,
    at,
    options
  }: {
    model: string;
    device?: DeviceKind;
    fit: Fit;
    at: number;
    options: OptionValues;
  }): void {
    const {models, capabilities: found, source} = this.state;
    const entry = models.find(({id}) => id === model);
    this.options = options;
    this.set({
      fit,
      at,
      source: entry && model !== this.modelId ? {entry} : source,
      kind: found ? usableKind(found, device) : this.state.kind,
      stale: true
    });
  }

  /** Shows what an earlier page ran; its model starts with the next run. */
  async resume({chosen, whole, square, fit, at, options, device, kind, entry, masks}: KeptRun): Promise<void> {
    await this.begun;
    if (this.state.chosen) return;
    this.options = options;
    const source = this.state.models.find(({hash}) => hash === entry?.hash);
    this.set({
      chosen,
      whole,
      square,
      fit,
      at,
      device,
      kind,
      masks: masks?.masks ?? [],
      ...(source && {source: {entry: source}})
    });
  }

  /** Chooses another model or device; the next run starts it. */
  async use(change: {source?: ModelSource; kind?: DeviceKind}): Promise<void> {
    this.close();
    this.set({...change, device: undefined, failure: undefined, notes: []});
    if (this.state.whole) await this.run();
  }

  /** Agrees that another host is asked for the chosen model's weights, and goes on with the picture. */
  async allow(): Promise<void> {
    const {source} = this.state;
    if (source && "entry" in source) this.set({source: {...source, mayAsk: true}});
    await this.run();
  }

  /** Runs the chosen picture, or another one; `note` says what the reader should know of how it came. */
  async run(change: {chosen?: Chosen; fit?: Fit; at?: number} = {}, note?: string): Promise<void> {
    const {chosen = this.state.chosen} = change;
    // Another picture begins with its middle.
    const at =
      change.at ?? (change.chosen && this.state.chosen && change.chosen !== this.state.chosen ? 0.5 : this.state.at);
    if (!this.opening) this.running?.cancel();
    this.set({
      ...change,
      at,
      failure: undefined,
      notes: note ? [note] : [],
      stale: false,
      recovered: false,
      masks: change.chosen ? [] : this.state.masks
    });
    if (!chosen) return;
    await this.attempt(() => this.look(chosen));
  }

  /**
   * Starts the runtime, the site's model and the first graphs before there is a picture, so that the first one finds
   * them. Nothing of it shows: what fails is told once a run needs it.
   */
  async prepare(methods: SegmentAsk["methods"]): Promise<void> {
    await this.begun;
    const {source, fit} = this.state;
    const asksOthers = source && "entry" in source && hostOf(source.entry) !== undefined;
    if (this.live || this.opening || !source || !("entry" in source) || asksOthers) return;
    try {
      const live = await this.opened();
      if (fit.shape === "square") await live.call("warm", {fit, options: this.options, methods}).answer;
    } catch {
      // A run tries again, and says why.
    }
  }

  /** Segments the picture that was looked at last; `second` is the model that some of the methods look through. */
  async segment(ask: SegmentAsk, second?: ModelSource): Promise<void> {
    const live = this.model;
    if (!live || !this.state.whole) return;
    this.running?.cancel();
    this.set({masks: [], failure: undefined});
    await this.attempt(async () => {
      if (second && live.second !== second) {
        await this.wait(live.call("second", {model: second}, (news) => this.hear(news, live)));
        live.second = second;
      }
      const running = live.segment(ask, (news) => this.hear(news, live));
      await this.wait(running);
    });
  }

  /** Vectors of words, by the text tower of the model that runs now: another worker may have taken its place. */
  private async words(words: readonly string[]): Promise<TextVectors> {
    const live = this.open;
    if (!live) throw new Error("The model is not open yet: run a picture first.");
    try {
      return await live.call("words", {words: [...words]}, (news) => this.hear(news, live)).answer;
    } finally {
      if (this.state.stage?.stage === "words") this.set({stage: undefined});
    }
  }

  /** Tells the reader that what was given is of no use. Whatever runs goes on. */
  refuse(reason: string): void {
    this.set({failure: {kind: "input", message: reason}});
  }

  /**
   * Waits for a dump of attention, and makes room for it: whatever runs ends, and its masks go.
   *
   * @returns nothing where the reader cancelled it
   * @throws Error saying where the dump is wrong; what was shown stays
   */
  async readDump(running: Running<OpenedDump>, chosen: Chosen): Promise<OpenedDump | undefined> {
    this.running?.cancel();
    this.set({stage: {stage: "dump"}, failure: undefined, notes: []});
    try {
      const opened = await this.wait(running);
      const notes = [...opened.notes];
      this.set({chosen, masks: [], notes, stale: false, whole: undefined, square: undefined});
      return opened;
    } catch (error) {
      if (error instanceof LiveError && error.failure.kind === "cancelled") return undefined;
      throw error;
    } finally {
      this.set({stage: undefined});
    }
  }

  cancel(): void {
    this.running?.cancel();
  }

  private async look(chosen: Chosen): Promise<void> {
    const live = await this.opened();
    if (chosen !== this.state.chosen) throw new LiveError({kind: "cancelled", message: "Another picture was chosen."});
    const {id, title, credit, target, background} = chosen;
    let picture: ShownPicture = {id, title, credit, target, background, image: null};
    const {fit, at} = this.state;
    const running = live.look({image: id, file: chosen.file, fit, at, options: this.options}, (news) => {
      if ("looked" in news) {
        this.looking = live;
        picture = {...picture, image: canvasOf(news.looked.square)};
        this.set(news.looked);
      } else if ("record" in news) this.show(news.record, live, picture);
      else this.hear(news, live);
    });
    this.show(await this.wait(running), live, picture);
  }

  /** The open model: pictures chosen while it is on its way wait for the same one. */
  private opened(): Promise<LiveModel> {
    const {source, kind} = this.state;
    const live = this.open;
    if (live && live.source === source && live.kind === kind) return Promise.resolve(live);
    this.opening ??= this.start().finally(() => (this.opening = undefined));
    return this.opening;
  }

  private async start(): Promise<LiveModel> {
    // Whoever is quick asks for a run before the list of models is here.
    await this.begun;
    const {source, kind} = this.state;
    if (!source)
      throw new Error(
        "This site ships no model. Open a model’s own files, model.safetensors and config.json, or build the site with a model: MODELS=vit-ti-16 npm run build."
      );
    this.close();
    const live = new LiveModel(source, kind);
    this.live = live;
    const info = await this.wait(live.open((news) => this.hear(news, live)));
    if (live.lexicon) offerWords(info.id, live.lexicon);
    else if (info.tower) offerWords(info.id, {tower: true, vectors: (words) => this.words(words)});
    this.set({device: info.device});
    return live;
  }

  /** Runs something; a device that is lost is replaced once, and what failed is told in words. */
  private async attempt(work: () => Promise<void>): Promise<void> {
    this.awaited += 1;
    try {
      await this.guarded(work);
    } finally {
      this.awaited -= 1;
    }
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.set({stage: undefined});
    } catch (error) {
      const failure = error instanceof LiveError ? error.failure : failureOf(error);
      if (failure.kind === "cancelled") {
        // Whoever cancelled it may have begun something else already.
        if (!this.running) this.set({stage: undefined});
        return;
      }
      // A runtime that lost its device or ran out of memory is of no more use.
      if (failure.kind !== "other") this.close();
      const {recovered, chosen} = this.state;
      if (failure.kind === "device" && !recovered && chosen) {
        this.set({recovered: true, notes: ["The GPU was lost and the run began again."]});
        return this.guarded(() => this.look(chosen));
      }
      this.set({failure, stage: undefined});
    }
  }

  private async wait<T>(running: Running<T>): Promise<T> {
    this.running = running;
    try {
      return await running.answer;
    } finally {
      if (this.running === running) this.running = undefined;
    }
  }

  private hear(news: News, from: LiveModel): void {
    if (from !== this.live) return;
    if ("progress" in news) {
      if (this.awaited > 0) this.set({stage: news.progress});
    } else if ("note" in news) this.set({notes: [...this.state.notes, news.note]});
    else if ("mask" in news) {
      // A refined mask takes the place of the one before.
      const {masks} = this.state;
      const at = masks.findIndex(({method}) => method === news.mask.method);
      this.set({masks: at < 0 ? [...masks, news.mask] : masks.with(at, news.mask)});
    }
  }

  private close(): void {
    this.live?.close();
    this.live = undefined;
    this.opening = undefined;
    this.running = undefined;
  }

  private set(change: Partial<LiveState>): void {
    this.state = {...this.state, ...change};
    for (const listener of this.listeners) listener(this.state);
  }
}
