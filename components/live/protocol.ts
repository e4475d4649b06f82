/** What the page asks the live worker, and what it is told. */
import type {AttentionMap, FeatureMap, ImageRecord, RepairSweep, Trunk} from "../records/record.js";
import type {ChangedNumbers, PhotoCauses} from "../analysis/causes.js";
import type {LayerMaps} from "../exchange/record.js";
import type {Geometry} from "../model/geometry.js";
import type {Fit} from "../model/image/fit.js";
import type {GivenOptions} from "../analysis/options.js";
import type {LexiconFile, TextVectors} from "../model/lexicon.js";
import type {GraphRequest} from "../model/build.js";
import type {Output, Pixels} from "../model/runtime.js";
import type {LabelMap} from "../model/segmentation/decide.js";
import type {SegmentSettings} from "../model/segmentation/segment.js";
import type {ModelSource} from "./catalog.js";
import type {DeviceKind} from "./capabilities.js";

/** An open model. */
export interface OpenModel {
  id: string;
  geometry: Geometry;
  /** As captions show it. */
  device: string;
  /** SHA-256 of the weights. */
  hash: string;
  /** What nothing in the model's files decides and was taken for likely, a sentence each. */
  guesses: readonly string[];
  /** The classifier's rows and the words' classes, where the model answers words by a lexicon. */
  words?: {rows: FeatureMap; file: LexiconFile};
  /** Whether it answers words by its text tower. */
  tower?: boolean;
  /** Why it answers no words at all. */
  wordless?: string;
}

/** Where a call has got to. */
export type Stage =
  | {stage: "download"; bytes: number; total: number; from: "network" | "storage"}
  | {stage: "runtime"}
  | {stage: "image"}
  | {stage: "dump"}
  | {stage: "layers"; done: number; of: number}
  | {stage: "words"; done: number; of: number}
  | {stage: "segmentation"; methods: string[]; done: number};

/** What a call tells before it is answered. */
export type News = {progress: Stage} | {note: string} | {looked: Looked} | {record: ImageRecord} | {mask: LiveMask};

/** The picture as the model looks at it, and all of it, small enough to show. */
export interface Looked {
  square: Shown;
  whole: Shown;
}

/** Pixels for a canvas. */
export interface Shown {
  width: number;
  height: number;
  rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** What a method makes of a picture. */
export interface LiveMask {
  method: string;
  width: number;
  height: number;
  labels: LabelMap;
  /** How many windows were looked at; 1 is the whole picture at once. */
  windows: number;
  /** How many there are: a mask of fewer is coarser in its lower rows. */
  of: number;
  /** Class probabilities, classes × height × width. */
  probabilities?: Float32Array;
  /** From the first window, which all methods see in one pass, to this mask. */
  milliseconds: number;
}

export interface SegmentAsk {
  /** `proxied`: through the second model. */
  methods: {name: string; options?: GivenOptions; proxied?: boolean}[];
  classes: {words: string[]}[];
  text: {vectors: Float32Array; width: number};
  settings: Partial<SegmentSettings>;
  probabilities: boolean;
}

/** Every call: what is asked, and its answer. */
export interface Calls {
  open: {ask: {model: ModelSource; kind: DeviceKind}; answer: OpenModel};
  /** Opens a second model beside it, in place of an earlier one, for methods that look through two. */
  second: {ask: {model: ModelSource}; answer: null};
  /** `at`: where along the longer side the square is cut, 0 to 1; the middle unless told. */
  look: {ask: {image: string; file: Blob; fit: Fit; at?: number; options: GivenOptions}; answer: ImageRecord};
  /** Makes the graphs that a first picture needs, before there is one. */
  warm: {ask: {fit: Fit; options: GivenOptions; methods: SegmentAsk["methods"]}; answer: null};
  attention: {ask: {trunk: Trunk; layer: number}; answer: AttentionMap};
  heads: {ask: {trunk: Trunk; layer: number}; answer: AttentionMap[]};
  features: {ask: {stage: string; options?: GivenOptions}; answer: FeatureMap};
  /** Tokens of a layer's own output (0-based). */
  tokens: {ask: {trunk: Trunk; layer: number}; answer: FeatureMap};
  repairs: {ask: null; answer: RepairSweep};
  /** Vectors of words, by the model's text tower. */
  words: {ask: {words: string[]}; answer: TextVectors};
  /** Masks come as news. */
  segment: {ask: SegmentAsk; answer: null};
  /**
   * What the network makes of the picture with a list of interventions. `photos`: those that the list names, to be looked
   * at as the picture was.
   */
  change: {ask: {text: string; photos: Record<string, Blob>}; answer: ChangedNumbers};
  /** Features of a method for the picture as it is, and with a list of interventions. */
  changedFeatures: {
    ask: {text: string; method: string; photos: Record<string, Blob>};
    answer: {plain: FeatureMap; changed: FeatureMap};
  };
  /** The neurons behind the picture's high-norm tokens, and its numbers without a change. */
  causes: {ask: null; answer: Omit<PhotoCauses, "heads" | "answers">};
  /** Any outputs of any method for any pixels: what tests compare with reference numbers. */
  run: {ask: {request: GraphRequest; pixels: Pixels}; answer: Record<string, Output>};
}

export type CallName = keyof Calls;

/** To the worker. */
export type Ask = {[N in CallName]: {id: number; name: N; ask: Calls[N]["ask"]}}[CallName] | {cancel: number};

/** From the worker. */
export type Tell = {id: number} & ({news: News} | {answer: Calls[CallName]["answer"]} | {error: Failure});

/** A dump of attention that was opened with its photo. */
export interface OpenedDump extends Looked {
  record: ImageRecord;
  /** What of it, or of the photo, the reader should know. */
  notes: readonly string[];
}

/** What the dump worker is asked, and its answers. */
export interface DumpCalls {
  open: {ask: {files: File[]; photo: Blob}; answer: OpenedDump};
  maps: {ask: {trunk: Trunk; layer: number}; answer: LayerMaps};
  tokens: {ask: {trunk: Trunk; layer: number}; answer: FeatureMap};
  features: {ask: {stage: string}; answer: FeatureMap};
}

export type DumpName = keyof DumpCalls;

/** To the dump worker, and from it. */
export type DumpAsk = {[N in DumpName]: {id: number; name: N; ask: DumpCalls[N]["ask"]}}[DumpName];
export type DumpTell = {id: number} & ({answer: DumpCalls[DumpName]["answer"]} | {error: Failure});

/** Why a call failed. */
export interface Failure {
  message: string;
  kind: FailureKind;
}

/** What can be done about a failure: start again, take less, agree that a host is asked, give something else, or nothing. */
export type FailureKind = "cancelled" | "device" | "memory" | "remote" | "input" | "other";
