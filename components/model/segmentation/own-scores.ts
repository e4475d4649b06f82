/** Methods that score a window's pixels otherwise than by the cosines of its features with the words. */
import {choice, count, readOptions, type GivenOptions, type OptionSpecs} from "../../analysis/options.js";
import type {Grid} from "../../records/record.js";
import {gridOf} from "../geometry.js";
import {Graph} from "../graph.js";
import {normalise, type PixelPlanes} from "../image/normalise.js";
import type {Picture} from "../image/pixels.js";
import {resizeLanczos} from "../image/resample-bicubic.js";
import {MemoryError} from "../memory.js";
import {lavg} from "../methods/lavg.js";
import {weightsFile} from "../model.js";
import {NoProxyError, type Engine, type Pixels} from "../runtime.js";
import {groundFeatures, groundScores, regionsIn} from "./lavg.js";
import {cutRegions, type Products} from "./regions.js";
import {clusterQueries, rfClipScores, rfClipWords} from "./rf-clip.js";
import {isNormalised, type FeatureProvider, type Watch} from "./segment.js";
import type {TextMatrix, WindowFeatures} from "./scores.js";

const lavgScores = {
  side: count({least: 1, default: 640, about: "the picture is squashed to so many pixels a side for its cuts"}),
  suppress: choice({
    values: ["off", "on"],
    about: "in what no region covers, words of all classes but the first get the window's smallest score; on for VOC21"
  })
};

/** What `segment` and `evaluate` can set of these methods' scores. */
export const scoreOptions: Readonly<Record<string, OptionSpecs>> = {"rf-clip": rfClipWords, lavg: lavgScores};

/** What of a method is not computed, for legends. */
export const notComputed: Readonly<Record<string, string>> = {
  lavg: "regions are not refined by LaVG's DenseCRF, so their edges are those of the second model's patches"
};

export interface OwnScores {
  /** Options of the method. */
  options: GivenOptions;
  /** Options of its scores. */
  scoring: GivenOptions;
  text: TextMatrix;
  classes: ReadonlyArray<{words: readonly string[]}>;
}

/** Features with a method's own scores; undefined for a method that has none. */
export function ownScores(engine: Engine, method: string, settings: OwnScores): FeatureProvider | undefined {
  if (method === "rf-clip") return refocused(engine, settings);
  if (method === "lavg") return grounded(engine, settings);
  return undefined;
}

function queryCount(classes: OwnScores["classes"]): number {
  return classes.reduce((sum, {words}) => sum + words.length, 0);
}

/** RF-CLIP's. */
function refocused(engine: Engine, {options, scoring, text, classes}: OwnScores): FeatureProvider {
  const words = readOptions("rf-clip", rfClipWords, scoring);
  const queries = queryCount(classes);
  const clusters = clusterQueries(text, queries, words.threshold);
  const look = async (dims: readonly [number, number, number, number], data: Float32Array) => {
    const grid = gridOf(engine.model.geometry, dims[2], dims[3]);
    const outputs = ["features", "image"];
    const {features, image} = await engine.run({method: "rf-clip", options, grid, outputs}, {dims, data});
    return {grid, width: features.dims[2], data: features.data as Float32Array, image: image.data as Float32Array};
  };
  const embeddingOf = lastOf((whole: PixelPlanes) => look([1, 3, whole.height, whole.width], whole.data));
  return async (windows, whole) => {
    const {grid, width, data, image} = await look(windows.dims, windows.data);
    const shared = words.embedding === "picture" ? (await embeddingOf(whole)).image : undefined;
    const size = grid[0] * grid[1] * width;
    const scores = new Float32Array(windows.dims[0] * grid[0] * grid[1] * queries);
    for (let window = 0; window < windows.dims[0]; ++window) {
      const own = shared ?? image.subarray(window * width, (window + 1) * width);
      const features = data.subarray(window * size, (window + 1) * size);
      scores.set(rfClipScores(features, own, {text, clusters, ...words}), window * grid[0] * grid[1] * queries);
    }
    return {grid, width, data, scores};
  };
}

/** LaVG's: scores of pixels, so the grid is that of the window's pixels. */
function grounded(engine: Engine, {options, scoring, text, classes}: OwnScores): FeatureProvider {
  const {side, suppress} = readOptions("lavg", lavgScores, scoring);
  const queries = queryCount(classes);
  const foreground = (suppress === "on" && classes[0].words.length) || undefined;
  const cuts = readOptions("lavg", lavg.options, options);
  let watch: Watch | undefined;
  const cut = lastOf(async (image: Picture | PixelPlanes) => {
    const {grid, data} = await keysOf(engine, image, side);
    const pause = (done: number) => breathe(watch, done);
    return {grid, regions: await cutRegions(data, grid, {...cuts, products: productsOn(engine), pause})};
  });
  return async (windows, whole, image, watched) => {
    watch = watched;
    const found = await cut(image);
    const [count, , height, width] = windows.dims;
    const [{grid, width: size, data}] = await engine.features([{method: "lavg", options}], windows);
    const each = grid[0] * grid[1] * size;
    const scores = new Float32Array(count * height * width * queries);
    for (let window = 0; window < count; ++window) {
      const [top, left] = windows.corners![window];
      const regions = regionsIn(found.regions, found.grid, whole, {top, left, height, width});
      const features = data.subarray(window * each, (window + 1) * each);
      const own = groundScores({features, grid, regions, height, width, text, foreground});
      scores.set(own, window * height * width * queries);
    }
    return {grid: [height, width], width: size, data, scores};
  };
}

/**
 * LaVG's features of one image as pages compare them: each cell of the second model's grid has its region's mean, and
 * the image is cut at its own size.
 */
export async function regionFeatures(engine: Engine, pixels: Pixels): Promise<WindowFeatures> {
  const [, , height, width] = pixels.dims;
  const [{grid, width: size, data}] = await engine.features([{method: lavg.name}], pixels);
  const {grid: cells, data: keys} = await keysOf(engine, {height, width, data: pixels.data}, 0);
  const cuts = readOptions(lavg.name, lavg.options);
  const regions = await cutRegions(keys, cells, {...cuts, products: productsOn(engine)});
  return {grid: cells, width: size, data: groundFeatures(data, grid, regions, cells)};
}

/** The second model's keys: of the whole picture squashed to a square, or of normalised pixels as they are. */
async function keysOf(
  {proxy, model}: Engine,
  image: Picture | PixelPlanes,
  side: number
): Promise<{grid: Grid; data: Float32Array}> {
  if (!proxy) throw new NoProxyError("lavg");
  const {geometry} = proxy.model;
  if (isNormalised(image))
    return proxy.rowsFor({dims: [1, 3, image.height, image.width], data: image.data}, model.geometry, "keys");
  const whole = side - (side % geometry.patch);
  if (!whole)
    throw new RangeError(`lavg: side=${side} is less than a patch of the second model, ${geometry.patch} px.`);
  const dims = [1, 3, whole, whole] as const;
  needKeys(proxy, dims);
  const {data} = normalise(resizeLanczos(image, whole, whole), geometry, "unit");
  return proxy.rowsFor({dims, data}, geometry, "keys");
}

/** @throws RangeError with what can be done where the second model cannot look at the squashed picture */
function needKeys(proxy: Engine, dims: Pixels["dims"]): void {
  try {
    proxy.needMemory({dims});
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    const side = Math.min(error.fits?.width ?? 0, error.fits?.height ?? 0);
    const remedy = side ? `Set -o side=${side}, or take` : "Take";
    throw new RangeError(`lavg: for the second model, ${proxy.model.id}, ${error.message} ${remedy} a smaller one.`, {
      cause: error
    });
  }
}

/** Lets the event loop run, says how far the work is, and throws when it is no longer wanted. */
async function breathe({signal, onProgress}: Watch = {}, done: number): Promise<void> {
  onProgress?.(done);
  await new Promise((resolve) => setTimeout(resolve));
  signal?.throwIfAborted();
}

/** Products of rows on the runtime, which is many times faster than a loop. */
function productsOn(engine: Engine): Products {
  return async (rows, keys, width) => {
    const build = () => {
      const g = new Graph(weightsFile);
      const product = g.matmul(g.input("rows", ["n", width]), g.transpose(g.input("keys", ["m", width]), 1, 0));
      return g.finish({products: {value: product, dims: ["n", "m"]}});
    };
    const results = await engine.runGraph(`products ${width}`, build, {
      rows: {dims: [rows.length / width, width], data: rows},
      keys: {dims: [keys.length / width, width], data: keys}
    });
    return results.products.data as Float32Array;
  };
}

/** Computes something of a picture once for all its windows. */
function lastOf<P extends object, R>(compute: (of: P) => Promise<R>): (of: P) => Promise<R> {
  let last: {of: P; result: Promise<R>} | undefined;
  return (of) => {
    if (last?.of !== of) {
      const now = {of, result: compute(of)};
      last = now;
      // What was stopped is computed again when it is asked for again.
      now.result.catch(() => (last = last === now ? undefined : last));
    }
    return last.result;
  };
}
