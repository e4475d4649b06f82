import {segmentationPixels, type Colours, type PixelPlanes} from "../image/normalise.js";
import type {Picture} from "../image/pixels.js";
import {resizePlanes} from "../image/resample-planes.js";
import {oneQuery, ScoreField, type WindowScores} from "./accumulate.js";
import {decideField, fieldProbabilities, type Breathe, type DecisionRule, type LabelMap} from "./decide.js";
import {decidePlanes, planeProbabilities, type QueryPlane} from "./decide-planes.js";
import {classOfQueries} from "./labels.js";
import {affinity, refine} from "./pamr.js";
import {propagate, type PropagationOptions} from "./propagate.js";
import {cosines, type TextMatrix, type WindowFeatures} from "./scores.js";
import {cutWindows, tile, type PixelBatch} from "./windows.js";

/** The inference shell's settings; defaults are SCLIP's for data sets without background. */
export interface SegmentSettings {
  /** The shorter side before windows are cut, in pixels (`scale=(2048, short)`). */
  short: number;
  /** Side of a window; 0: the whole image at once. */
  crop: number;
  stride: number;
  /** `logit_scale`. */
  scale: number;
  /** `prob_thd`; 0: none. */
  probability: number;
  /** `area_thd`; null: none. */
  area: number | null;
  /** Rounds of PAMR; 0: none. */
  pamr: number;
}

export const defaultSettings: SegmentSettings = {
  short: 336,
  crop: 224,
  stride: 112,
  scale: 40,
  probability: 0,
  area: null,
  pamr: 0
};

/**
 * What the network says about a batch of windows (an engine's `features` with its method filled in); `whole` is the
 * picture that they are cut from, for methods that look at all of it, and `image` the one that was given.
 */
export type FeatureProvider = (
  windows: PixelBatch,
  whole: PixelPlanes,
  image: Picture | PixelPlanes,
  watch?: Watch
) => Promise<WindowFeatures>;

/** How long work is followed, and how it is stopped. */
export interface Watch {
  signal?: AbortSignal;
  /** Told the done fraction of the work, 0..1. */
  onProgress?: (done: number) => void;
}

/** The shell without the network. */
export interface ShellInput {
  /** A picture; or pixels already normalised, which are taken at the size they have. */
  image: Picture | PixelPlanes;
  /** The model's colour statistics. */
  colours: Colours;
  /** Unit rows, one for each word of each class, in order: Q × E. */
  text: TextMatrix;
  classes: ReadonlyArray<{words: readonly string[]}>;
  settings?: Partial<SegmentSettings>;
  /** PEARL's propagation of the scores before they decide; none unless given. */
  propagation?: PropagationOptions;
  /** Side of a patch: windows are zero-padded to whole patches. Unless given, a remainder is not read. */
  padTo?: number;
  /** Windows given to the network at once; "all" where a method sees all of them. */
  batch?: number | "all";
  /** Which classes' probabilities to return, before thresholds; none unless asked for. */
  probabilities?: "all" | "none";
  /** Told the stage and the done fraction of the whole, 0..1. */
  onProgress?: (progress: {stage: "features" | "labels"; done: number}) => void;
  signal?: AbortSignal;
}

export interface SegmentInput extends ShellInput {
  features: FeatureProvider;
}

export interface Segmentation {
  width: number;
  height: number;
  /** Class of each pixel at the image's own size, row-major. */
  labels: LabelMap;
  /** classes × height × width, when asked for. */
  probabilities?: Float32Array;
  /** How many windows were looked at. */
  windows: number;
}

/**
 * Segments an image by the shell that SCLIP, NACLIP, SC-CLIP, ResCLIP and SFP share: resize, slide windows, cosines of
 * each patch with each query, upsample and average, upsample to the original size, decide.
 *
 * Memory beyond the label map is that of the windows' scores (patches × queries) and a few rows; PAMR adds 16 maps.
 *
 * @throws the signal's reason when aborted; Error when text, classes and features do not fit together
 */
export async function segment({features, ...input}: SegmentInput): Promise<Segmentation> {
  let seen: SeenWindows | undefined;
  const {image, signal, onProgress} = input;
  // What a provider does before its first window is the first part of the work.
  const watch: Watch = {signal, onProgress: (done) => seen ?? onProgress?.({stage: "features", done: done / 2})};
  for await (const next of scoreWindows(input, async (windows, whole) => [
    await features(windows, whole, image, watch)
  ]))
    seen = next;
  return labelPixels(input, seen!, 0);
}

/** What has been seen of an image so far: rows of windows from the top. */
export interface SeenWindows {
  /** The image at the size at which windows are cut. */
  pixels: PixelPlanes;
  /** How many windows have been looked at, out of how many; rows that are not complete count here alone. */
  done: number;
  windows: number;
  /** Cosines of the rows of windows that are complete, one for each of the network's feature maps. */
  scores: WindowScores[];
}

/**
 * The first half of `segment`, for several feature maps of the same windows: their cosines, told after every batch.
 *
 * @param features what the network says about a batch of windows, always the same number of feature maps
 */
export async function* scoreWindows(
  {image, colours, text, classes, settings: given, padTo = 1, batch = 8, onProgress, signal}: ShellInput,
  features: (windows: PixelBatch, whole: PixelPlanes) => Promise<WindowFeatures[]>
): AsyncGenerator<SeenWindows, void, void> {
  const settings = {...defaultSettings, ...given};
  const {short, crop, stride} = settings;
  const queries = decisionRule(classes, settings).classOf.length;
  const pixels = isNormalised(image) ? image : segmentationPixels(image, colours, short);
  const tiling = tile(pixels.height, pixels.width, {crop, stride, multiple: padTo});
  const windows = tiling.rows.length * tiling.columns.length;
  const step = batch === "all" ? windows : batch;
  let all: Float32Array[] | undefined;
  for (let from = 0; from < windows; from += step) {
    signal?.throwIfAborted();
    onProgress?.({stage: "features", done: from / windows});
    const done = Math.min(from + step, windows);
    const batchOf = cutWindows(pixels, tiling, from, done);
    const found = await features(batchOf, pixels);
    if (found.some(({width}) => text.length !== queries * width))
      throw new Error(
        `${queries} words need ${queries} text vectors of ${found[0].width} numbers, the width of the features.`
      );
    const each = found.map(({grid}) => grid[0] * grid[1] * queries);
    all ??= each.map((length) => new Float32Array(windows * length));
    for (const [i, map] of found.entries()) all[i].set(map.scores ?? cosines(map, text), from * each[i]);
    const rows = tiling.rows.slice(0, Math.floor(done / tiling.columns.length));
    const complete = rows.length * tiling.columns.length;
    const scores = found.map(({grid}, i) => ({
      tiling: {...tiling, rows},
      grid,
      queries,
      scores: all![i].subarray(0, complete * each[i])
    }));
    yield {pixels, done, windows, scores};
  }
  signal?.throwIfAborted();
}

/**
 * The second half of `segment`: labels by the windows seen so far. Pixels below the last row of windows are not told
 * apart.
 *
 * @param map which of the network's feature maps
 */
export async function labelPixels(
  input: ShellInput,
  {pixels, windows, scores}: SeenWindows,
  map: number
): Promise<Segmentation> {
  const {image, classes, onProgress, signal} = input;
  const settings = {...defaultSettings, ...input.settings};
  const rule = decisionRule(classes, settings);
  const breathe = breather(signal, (done) => onProgress?.({stage: "labels", done}));
  const wanted = input.probabilities === "all";
  const result = {width: image.width, height: image.height, windows};
  if (settings.pamr > 0 || input.propagation) {
    const plane = input.propagation
      ? propagatedPlanes(scores[map], pixels, input)
      : refinedPlanes(scores[map], pixels, image, settings.pamr);
    const size = image.width * image.height;
    const labels = await decidePlanes(plane, size, rule, breathe);
    return wanted
      ? {...result, labels, probabilities: await planeProbabilities(plane, size, rule, breathe)}
      : {...result, labels};
  }
  const field = new ScoreField(scores[map], pixels, image);
  const labels = await decideField(field, rule, breathe);
  return wanted
    ? {...result, labels, probabilities: await fieldProbabilities(field, rule, undefined, breathe)}
    : {...result, labels};
}

/** Whether pixels are normalised already. */
export function isNormalised(image: Picture | PixelPlanes): image is PixelPlanes {
  return image.data instanceof Float32Array;
}

function decisionRule(classes: SegmentInput["classes"], {scale, probability, area}: SegmentSettings): DecisionRule {
  if (!classes.length) throw new Error("There are no classes to tell apart.");
  return {scale, probability, area: area ?? undefined, classOf: classOfQueries(classes), classes: classes.length};
}

/** One query's cosines at the original size, refined on the model's own view of the image enlarged to it. */
function refinedPlanes(
  scores: WindowScores,
  pixels: PixelPlanes,
  image: {width: number; height: number},
  iterations: number
): QueryPlane {
  const {width, height} = image;
  const weights = affinity(resizePlanes(pixels.data, [3, pixels.height, pixels.width], [height, width]), height, width);
  return (query) => refine(queryPlane(scores, query, pixels, image), weights, iterations);
}

/** One query's cosines at the original size. */
function queryPlane(
  scores: WindowScores,
  query: number,
  pixels: PixelPlanes,
  original: {width: number; height: number}
): Float32Array {
  const {width, height} = original;
  const map = new Float32Array(width * height);
  const value = new Float32Array(1);
  const field = new ScoreField(oneQuery(scores, query), pixels, original);
  for (let y = 0, to = 0; y < height; ++y) {
    field.row(y);
    for (let x = 0; x < width; ++x) {
      field.pixel(x, value);
      map[to++] = value[0];
    }
  }
  return map;
}

/** All queries' cosines at the original size, propagated along the picture's edges. */
function propagatedPlanes(
  scores: WindowScores,
  pixels: PixelPlanes,
  {image: {width, height}, text, propagation}: ShellInput
): QueryPlane {
  const enlarged = resizePlanes(pixels.data, [3, pixels.height, pixels.width], [height, width]);
  const found = propagate(
    {width, height, data: enlarged},
    (query) => queryPlane(scores, query, pixels, {width, height}),
    text,
    scores.queries,
    propagation!
  );
  return (query) => Float32Array.from(found.plane(query));
}

/** How long the event loop may wait, in ms; a page's worker must hear of a cancellation. */
const patience = 100;

/** Reports progress, lets the event loop run now and then, and throws when the work is no longer wanted. */
function breather(signal: AbortSignal | undefined, report: (done: number) => void): Breathe {
  let last = performance.now();
  return async (done) => {
    if (performance.now() - last > patience) {
      await new Promise((resolve) => setTimeout(resolve));
      last = performance.now();
      report(done);
    }
    signal?.throwIfAborted();
  };
}
