/** A model with a method, ready for pictures and words: what `segment` and `evaluate` need of the engine. */
import type {Grid, Provenance} from "../../components/records/record.js";
import {gridOf} from "../../components/model/geometry.js";
import {methodNamed} from "../../components/model/methods/index.js";
import type {Pixels} from "../../components/model/runtime.js";
import type {PlannedRun} from "../../components/model/memory.js";
import type {Streams} from "../files/output.js";
import {buildGraph} from "../../components/model/build.js";
import type {Colours} from "../../components/model/image/normalise.js";
import type {FeatureProvider} from "../../components/model/segmentation/segment.js";
import {semanticFeedback, type FeedbackSettings} from "../../components/model/segmentation/semantic.js";
import type {Watch} from "../../components/model/sessions.js";
import {denseFeatures, openEngine, openModel, openProxy, provenanceOf} from "../engine/index.js";
import {notComputed, ownScores, scoreOptions, type OwnScores} from "../../components/model/segmentation/own-scores.js";
import {checkIntervene, intervened} from "./intervene.js";
import {deviceName, chosenThreads, modelSettings} from "./options.js";
import {propagationOptions, type PropagationOptions} from "../../components/model/segmentation/propagate.js";
import {keyValues, readOptions, type OptionValues} from "../../components/analysis/options.js";

export interface Backend {
  provenance: Provenance;
  geometry: Colours & {patch: number};
  /** Unit rows, one per word. Throws an error with `unknown: {word}[]` for words it cannot answer. */
  text(words: readonly string[]): Promise<{vectors: Float32Array; width: number}>;
  features: FeatureProvider;
  /** Whether the features need all windows of a picture in one batch. */
  seesAllWindows?: boolean;
  /** The image's own embedding, E numbers: the class token's through the head, or the pooling head's. */
  image?(pixels: Pixels): Promise<Float32Array>;
  /** CLIPtrase's self-correlation of one window, T × T; for its method alone. */
  correlation?(pixels: Pixels): Promise<{grid: Grid; values: Float32Array}>;
  /** ResCLIP's features with its semantic feedback; for its method alone. */
  withFeedback?(settings: Omit<FeedbackSettings, "options" | "colours">): FeatureProvider;
  /** Features with the scores of the method's own, where it has some. */
  withScores?(settings: Omit<OwnScores, "options">): FeatureProvider | undefined;
  /** Refuses windows that there is no memory for; see `Engine`. */
  needMemory?(run: PlannedRun): void;
  close(): Promise<void>;
}

/** The words of `modelOptions`. */
export interface BackendWords {
  /** The best that is here where none is named. */
  model?: string;
  device: string;
  threads: string;
  method: string;
  /** The second model, for methods that look through two. */
  proxy?: string;
  option: readonly string[];
  /** Changes of the network. */
  intervene?: readonly string[];
  positions?: string;
  activation?: string;
}

export type OpenBackend = (words: BackendWords, streams?: Pick<Streams, "stderr">, watch?: Watch) => Promise<Backend>;

/** Opens a model in Node. Wrong words fail before weights are read. */
export const openBackend: OpenBackend = async (words, streams = process, watch) => {
  const {model: id, device, threads, method, option} = words;
  const chosen = {device: deviceName(device), threads: chosenThreads(threads, streams), watch};
  const options = keyValues(option);
  if (Object.hasOwn(notComputed, method)) streams.stderr.write(`${method}: ${notComputed[method]}.\n`);
  const {intervene = []} = words;
  checkIntervene(intervene);
  const proxy = await openProxy(method, words.proxy);
  const read = await intervened(await openModel(id, modelSettings(words)), intervene);
  // Words are compared with what a pooling head makes of each patch, where a model has one.
  const model = {...read, dense: "pooled"} as const;
  // Options that do not suit the model are found here, and not at the first picture.
  const {trainedGrid} = model.geometry;
  const grid: Grid = [trainedGrid, trainedGrid];
  const external = proxy && {grid, width: proxy.geometry.features};
  buildGraph(model, {method, options, grid, external, outputs: ["features"]});
  const engine = openEngine(model, {...chosen, proxy});
  return {
    provenance: provenanceOf(model, engine, method, options, proxy),
    seesAllWindows: methodNamed(method).sharesWindows,
    geometry: model.geometry,
    text: (words) => model.text(words),
    features: (pixels) => denseFeatures(engine, pixels, method, options),
    image: async (pixels) => {
      const grid = gridOf(model.geometry, pixels.dims[2], pixels.dims[3]);
      const results = await engine.run({method: "clip", grid, outputs: ["image"]}, pixels);
      return results.image.data as Float32Array;
    },
    correlation: async (pixels) => {
      const grid = gridOf(model.geometry, pixels.dims[2], pixels.dims[3]);
      const results = await engine.run({method, options, grid, outputs: ["correlation"]}, pixels);
      return {grid, values: results.correlation.data as Float32Array};
    },
    withFeedback: (settings) => semanticFeedback(engine, {...settings, options, colours: model.geometry}),
    withScores: (settings) => ownScores(engine, method, {...settings, options}),
    needMemory: (run) => engine.needMemory(run),
    close: () => engine.close()
  };
};

export const propagateHelp = `  --propagate         PEARL's propagation of scores along the picture's edges, with -o bugs=fix|keep and -o grid=N
                      (default ${propagationOptions.grid.default}: averaged to about so many cells a side)`;

/**
 * Splits the options of `--propagate` from those of the method.
 *
 * @param defaults in place of the general ones
 * @throws RangeError for a value that does not fit, or `grid` without `--propagate` where the method does not have it
 */
export function propagationWords<W extends {propagate: boolean; option: readonly string[]}>(
  words: W,
  defaults: OptionValues = {}
): {words: W; propagation?: PropagationOptions} {
  if (!words.propagate) return {words};
  const own = (word: string) => Object.hasOwn(propagationOptions, word.split("=")[0]);
  return {
    words: {...words, option: words.option.filter((word) => !own(word))},
    propagation: readOptions("propagate", propagationOptions, {...defaults, ...keyValues(words.option.filter(own))})
  };
}

/**
 * Splits the options of a method's own scores from those of its features.
 *
 * @param defaults in place of the general ones
 * @throws RangeError for a value that does not fit
 */
export function scoringWords<W extends {method: string; option: readonly string[]}>(
  words: W,
  defaults: OptionValues = {}
): {words: W; scoring?: OptionValues} {
  const {method} = words;
  if (!Object.hasOwn(scoreOptions, method)) return {words};
  const specs = scoreOptions[method];
  const own = (word: string) => Object.hasOwn(specs, word.split("=")[0]);
  return {
    words: {...words, option: words.option.filter((word) => !own(word))},
    scoring: readOptions(method, specs, {...defaults, ...keyValues(words.option.filter(own))})
  };
}

/** The text vectors of classes, and the words that had to be left out. */
export interface Answers<C> {
  classes: C[];
  text: Float32Array;
  /** Numbers in one vector. */
  width: number;
  /** Words the model cannot answer. */
  unknown: string[];
}

/**
 * Text vectors for every word of every class.
 *
 * With `"known"`, words that the model cannot answer are left out: a class keeps those it can answer, and a class with
 * none is never predicted. With `"strict"` they are an error.
 */
export async function answerClasses<C extends {words: readonly string[]}>(
  text: Backend["text"],
  classes: readonly C[],
  mode: "strict" | "known"
): Promise<Answers<C>> {
  const all = classes.flatMap(({words}) => words);
  try {
    const {vectors, width} = await text(all);
    return {classes: [...classes], text: vectors, width, unknown: []};
  } catch (error) {
    const unknown = unknownWords(error);
    if (mode === "strict" || !unknown) throw error;
    const left = classes.map((one) => ({...one, words: one.words.filter((word) => !unknown.has(word))}));
    const words = left.flatMap((one) => one.words);
    if (!words.length) throw error;
    const {vectors, width} = await text(words);
    return {classes: left, text: vectors, width, unknown: [...unknown]};
  }
}

/** The words that an error says are unknown. */
export function unknownWords(error: unknown): Set<string> | undefined {
  if (!(error instanceof Error && error.name === "UnknownWordsError" && "unknown" in error)) return undefined;
  return new Set((error.unknown as {word: string}[]).map(({word}) => word));
}
