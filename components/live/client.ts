/** The page's end of the live worker. */
import type {AttentionMap, FeatureMap, ImageRecord, RecordSource} from "../records/record.js";
import {Lexicon} from "../model/lexicon.js";
import type {GivenOptions} from "../analysis/options.js";
import type {ModelSource} from "./catalog.js";
import type {DeviceKind} from "./capabilities.js";
import {LiveError} from "./failure.js";
import type {Ask, CallName, Calls, News, OpenModel, SegmentAsk, Tell} from "./protocol.js";

/** A call that runs; cancelling it rejects its answer. */
export interface Running<T> {
  answer: Promise<T>;
  cancel(): void;
}

/** How long a worker may take to hear a cancellation: a run inside ONNX Runtime cannot be interrupted. */
const patience = 4000;

interface PendingCall {
  name: CallName;
  resolve(answer: unknown): void;
  reject(error: Error): void;
  onNews?: (news: News) => void;
}

/** One worker with one model on one device. */
export class LiveModel {
  /** The open model; undefined until `open` has answered. */
  info?: OpenModel;
  /** The second model that was opened last. */
  second?: ModelSource;
  lexicon?: Lexicon;
  private worker = new Worker(import.meta.resolve("./worker/live.worker.js"), {type: "module"});
  private readonly waiting = new Map<number, PendingCall>();
  private last = 0;

  constructor(
    readonly source: ModelSource,
    readonly kind: DeviceKind
  ) {
    this.worker.addEventListener("message", ({data}: MessageEvent<Tell>) => this.hear(data));
    this.worker.addEventListener("error", ({message}) =>
      this.fail(`The page's worker could not run${message ? `: ${message}` : "."} Reload the page.`)
    );
  }

  /** Downloads the model and opens the device. */
  open(onNews?: (news: News) => void): Running<OpenModel> {
    const {answer, cancel} = this.call("open", {model: this.source, kind: this.kind}, onNews);
    return {
      cancel,
      answer: answer.then((info) => {
        this.info = info;
        if (info.words) this.lexicon = new Lexicon(info.words.rows, info.words.file);
        return info;
      })
    };
  }

  /** Runs a picture through both trunks. Records of the first layers come as news. */
  look(ask: Calls["look"]["ask"], onNews?: (news: News) => void): Running<ImageRecord> {
    return this.call("look", ask, onNews);
  }

  /** Segments the picture that was looked at last; masks come as news. */
  segment(ask: SegmentAsk, onNews?: (news: News) => void): Running<null> {
    return this.call("segment", ask, onNews);
  }

  /** Asks anything else. */
  call<N extends CallName>(name: N, ask: Calls[N]["ask"], onNews?: (news: News) => void): Running<Calls[N]["answer"]> {
    const id = (this.last += 1);
    const answer = new Promise<Calls[N]["answer"]>((resolve, reject) => {
      this.waiting.set(id, {name, resolve: resolve as (answer: unknown) => void, reject, onNews});
    });
    this.post({id, name, ask} as Ask);
    return {
      answer,
      cancel: () => {
        this.post({cancel: id});
        setTimeout(() => this.waiting.has(id) && this.close("Cancelled."), patience);
      }
    };
  }

  /** Ends the worker; what was asked of it is rejected. Needed to give its memory back. */
  close(reason = "Cancelled."): void {
    this.worker.terminate();
    this.fail(reason, "cancelled");
    this.closed = true;
  }

  closed = false;

  private post(message: Ask): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
    this.worker.postMessage(message);
  }

  private hear(message: Tell): void {
    const asker = this.waiting.get(message.id);
    if (!asker) return;
    if ("news" in message) return asker.onNews?.(message.news);
    this.waiting.delete(message.id);
    if ("error" in message) asker.reject(new LiveError(message.error));
    else asker.resolve(message.answer);
  }

  private fail(message: string, kind: "cancelled" | "other" = "other"): void {
    for (const {reject} of this.waiting.values()) reject(new LiveError({kind, message}));
    this.waiting.clear();
  }
}

/** A live result as the site's figures read any result. Whatever it is asked for is kept. */
export function liveSource(live: LiveModel, record: ImageRecord, options: GivenOptions): RecordSource {
  const maps = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const known = maps.get(key) as Promise<T> | undefined;
    if (known) return known;
    const asked = ask();
    maps.set(key, asked);
    asked.catch(() => maps.delete(key));
    return asked;
  };
  // Of a picture that is still being looked at, only what is there can be had; the rest is asked again at the end.
  const complete = record.layers === live.info?.geometry.layers;
  const later = () => new Promise<never>(() => {});
  return {
    record,
    attention: (trunk, layer): Promise<AttentionMap> =>
      once(`${trunk} ${layer}`, () => live.call("attention", {trunk, layer}).answer),
    headAttention: (trunk, layer): Promise<AttentionMap[]> =>
      once(`heads ${trunk} ${layer}`, () => live.call("heads", {trunk, layer}).answer),
    // A run holds them as long as its picture is looked at: nothing is gained by a copy.
    tokens: (trunk, layer): Promise<FeatureMap> => (complete ? live.call("tokens", {trunk, layer}).answer : later()),
    features: (stage): Promise<FeatureMap> =>
      !complete ? later() : once(`features ${stage}`, () => live.call("features", {stage, options}).answer),
    repairs: () => (complete ? once("repairs", () => live.call("repairs", null).answer) : later())
  };
}
