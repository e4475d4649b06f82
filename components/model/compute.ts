/** Runs a model on one image and gathers what the pages explore. The loaders and the live worker share it. */
import {registerSettings, registerVariants} from "./registerVariants.js";
import {median} from "../analysis/arrays.js";
import type {Detector} from "../analysis/detectors/detector.js";
import {detectors} from "../analysis/detectors/index.js";
import {
  prefixLength,
  trunks,
  type AttentionMap,
  type FeatureMap,
  type Grid,
  type ImageRecord,
  type Provenance,
  type RepairSweep,
  type Trunk,
  type TrunkRecord
} from "../records/record.js";
import {evidenceOf, evidenceOutputs, singularDirections} from "./evidence.js";
import {looksThrough} from "./build.js";
import {gridOf} from "./geometry.js";
import {knownOptions} from "./known.js";
import {linearTaps} from "./image/taps.js";
import {lavg} from "./methods/lavg.js";
import {regionFeatures} from "./segmentation/own-scores.js";
import type {WindowFeatures} from "./segmentation/scores.js";
import {concat, eachLayer, splitHeads, toFeatures, toMap, trunkOutputs, trunkRecord} from "./outputs.js";
import {readOptions} from "../analysis/options.js";
import {sfp} from "./methods/sfp.js";
import type {Engine, Pixels} from "./runtime.js";
import type {Input, Output} from "./sessions.js";
import {buildStretch} from "./stretch.js";

/** Everything the pages need of one image. */
export interface Analysis {
  record: ImageRecord;
  /** Head-mean attention of each layer. */
  attention: Record<Trunk, AttentionMap[]>;
}

/** The method whose graph runs a trunk. */
const trunkMethods: Record<Trunk, string> = {plain: "clip", purified: "sfp"};

/** An image to look at: what it is called, its pixels (B = 1), and whose numbers they will be. */
export interface NamedInput {
  image: string;
  grid: Grid;
  pixels: Pixels;
  provenance: Provenance;
}

/**
 * Both trunks of one image: class rows, diagonals, norms, outlier sets, head-mean attention.
 *
 * @param onTrunk told as each trunk is done
 */
export async function computeRecord(
  engine: Engine,
  subject: NamedInput,
  onTrunk?: (trunk: Trunk) => void
): Promise<Analysis> {
  return (await computeRecords(engine, [subject], onTrunk))[0];
}

/** The same of several images of one grid, in one run a trunk. */
export async function computeRecords(
  engine: Engine,
  subjects: readonly NamedInput[],
  onTrunk?: (trunk: Trunk) => void
): Promise<Analysis[]> {
  const {layers, heads, prefix} = engine.model.geometry;
  const [{grid}] = subjects;
  const pixels = stacked(subjects.map((subject) => subject.pixels));
  const attention: Partial<Record<Trunk, AttentionMap[][]>> = {};
  const records: Partial<Record<Trunk, TrunkRecord[]>> = {};
  for (const trunk of trunks) {
    const outputs = eachLayer(layers, (l) => [`attention.${l}`, ...trunkOutputs(l, trunk === "purified")]).flat();
    const results = await engine.run({method: trunkMethods[trunk], grid, outputs}, pixels);
    const images = subjects.map((_, image) => ofImage(results, image));
    records[trunk] = images.map((own) => trunkRecord(layers, (name) => own[name]));
    attention[trunk] = images.map((own) => eachLayer(layers, (l) => toMap(own[`attention.${l}`], prefix)));
    onTrunk?.(trunk);
  }
  return subjects.map(({image, provenance}, i) => ({
    record: {
      image,
      grid,
      prefix,
      layers,
      heads,
      trunks: {plain: records.plain![i], purified: records.purified![i]},
      provenance
    },
    attention: {plain: attention.plain![i], purified: attention.purified![i]}
  }));
}

/** Pixels of several images as one batch. */
function stacked(pixels: readonly Pixels[]): Pixels {
  const [{dims}] = pixels;
  if (pixels.length === 1) return pixels[0];
  const parts = pixels.map(({data}) => data);
  return {dims: [parts.length, dims[1], dims[2], dims[3]], data: concat(parts, Float32Array)};
}

/** What a batch's outputs say of one of its images: views. */
function ofImage(results: Readonly<Record<string, Output>>, image: number): Record<string, Output> {
  return Object.fromEntries(
    Object.entries(results).map(([name, {dims, data}]) => {
      const size = data.length / dims[0];
      return [name, {dims: [1, ...dims.slice(1)], data: data.subarray(image * size, (image + 1) * size)}];
    })
  );
}

/** Attention of every head of some layers (1-based), in one run. */
export async function headAttention(engine: Engine, trunk: Trunk, layers: number[], grid: Grid, pixels: Pixels) {
  const outputs = layers.map((l) => `heads.${l}`);
  const results = await engine.run({method: trunkMethods[trunk], grid, outputs}, pixels);
  return layers.map((l) => splitHeads(results[`heads.${l}`], engine.model.geometry.prefix));
}

/**
 * Scores of every detector whose evidence is too large for a record, of every patch in every layer of a trunk: L × N
 * each. Apart from `computeRecord`, because they cost the square of the number of patches, times the width.
 */
export async function keptScores(
  engine: Engine,
  trunk: Trunk,
  grid: Grid,
  pixels: Pixels
): Promise<Record<string, Float32Array>> {
  return (await keptScoresOf(engine, trunk, grid, [pixels]))[0];
}

/** The same of several images of one grid, in one run. */
export async function keptScoresOf(
  engine: Engine,
  trunk: Trunk,
  grid: Grid,
  images: readonly Pixels[]
): Promise<Record<string, Float32Array>[]> {
  const {layers} = engine.model.geometry;
  const kept = Object.values<Detector>(detectors).filter((detector) => detector.kept);
  const needs = kept.flatMap((detector) => detector.needs);
  const outputs = eachLayer(layers, (l) => evidenceOutputs(needs, l)).flat();
  const results = await engine.run({method: trunkMethods[trunk], grid, outputs}, stacked(images));
  const directions = needs.includes("direction") ? await singularDirections(engine) : undefined;
  return images.map((_, image) => {
    const known = eachLayer(layers, (l) => evidenceOf(engine, results, l, {image, direction: directions?.[l - 1]}));
    return Object.fromEntries(
      kept.map(({name, detect}) => {
        const scores = known.map((layer) => Float32Array.from(detect(layer).scores));
        return [name, concat(scores, Float32Array)];
      })
    );
  });
}

/**
 * The features of SFP's stages, all through the head: "plain" is x_{L-1} of the unrepaired trunk, then
 * F_SOM, F_SAE and F_vis.
 */
export async function stageFeatures(engine: Engine, grid: Grid, pixels: Pixels): Promise<Record<string, FeatureMap>> {
  const plain = await engine.run({method: "sfp", options: {som: "off"}, grid, outputs: ["stage.som"]}, pixels);
  const sfp = await engine.run({method: "sfp", grid, outputs: ["stage.som", "stage.sae", "features"]}, pixels);
  return {
    plain: toFeatures(plain["stage.som"]),
    som: toFeatures(sfp["stage.som"]),
    sae: toFeatures(sfp["stage.sae"]),
    vis: toFeatures(sfp.features)
  };
}

/** An engine, and the same model with a second one where there is one: some methods look through two. */
export interface Engines {
  engine: Engine;
  proxied?: Engine;
}

/**
 * Dense features of methods as pages compare them, in their order: N × E each, on the model's own grid.
 *
 * @throws RangeError where a method looks through a second model and there is none
 */
export async function methodFeatures(
  {engine, proxied = engine}: Engines,
  methods: readonly string[],
  pixels: Pixels
): Promise<FeatureMap[]> {
  const grid = gridOf(engine.model.geometry, pixels.dims[2], pixels.dims[3]);
  const alone = methods.filter((method) => !looksThrough(method));
  const requests = alone.map((method) => ({method, options: knownOptions(engine.model.id, method)}));
  const together = requests.length ? await engine.features(requests, pixels) : [];
  const found: FeatureMap[] = [];
  for (const method of methods) {
    const at = alone.indexOf(method);
    if (at >= 0) found.push(onGrid(together[at], grid));
    else if (method === lavg.name) found.push(onGrid(await regionFeatures(proxied, pixels), grid));
    else found.push(onGrid((await proxied.features([{method}], pixels))[0], grid));
  }
  return found;
}

/** Features of one image, from the grid of a second model to another, bilinearly. */
function onGrid({grid, width, data}: WindowFeatures, [rows, columns]: Grid): FeatureMap {
  if (grid[0] === rows && grid[1] === columns) return {width, values: data};
  const down = linearTaps(grid[0], rows);
  const across = linearTaps(grid[1], columns);
  const values = new Float32Array(rows * columns * width);
  for (let y = 0, to = 0; y < rows; ++y)
    for (let x = 0; x < columns; ++x) {
      const [upper, lower] = [down.first[y], down.second[y]].map((row) => row * grid[1]);
      const [left, right] = [across.first[x], across.second[x]];
      const [v, u] = [down.weight[y], across.weight[x]];
      for (let k = 0; k < width; ++k, ++to)
        values[to] =
          (1 - v) * ((1 - u) * data[(upper + left) * width + k] + u * data[(upper + right) * width + k]) +
          v * ((1 - u) * data[(lower + left) * width + k] + u * data[(lower + right) * width + k]);
    }
  return {width, values};
}

/**
 * Dense features of methods with a test-time register, by the variant's name; none for weights whose neurons were not
 * searched.
 *
 * @param weights their SHA-256
 */
export async function registerFeatures(
  engine: Engine,
  weights: string,
  grid: Grid,
  pixels: Pixels
): Promise<Record<string, FeatureMap>> {
  const options = registerSettings(weights);
  const found: Record<string, FeatureMap> = {};
  for (const {name, method} of options ? registerVariants : []) {
    const {features} = await engine.run({method, options, grid, outputs: ["features"]}, pixels);
    found[name] = toFeatures(features);
  }
  return found;
}

/**
 * What stretches of a model without a class token need besides: the pooling probe's attention after the plain trunk,
 * B × H × N. Undefined for models that have one.
 */
export async function probeRow(engine: Engine, grid: Grid, pixels: Pixels): Promise<Input | undefined> {
  if (engine.model.geometry.prefix.classToken) return undefined;
  const {probe} = await engine.run({method: "clip", grid, outputs: ["probe"]}, pixels);
  return {dims: probe.dims, data: probe.data as Float32Array};
}

/** One image's input for every image of a batch. */
export function repeated({dims, data}: Input, times: number): Input {
  return {
    dims: [times, ...dims.slice(1)],
    data: concat(
      Array.from({length: times}, () => data),
      Float32Array
    )
  };
}

/**
 * Runs SOM from layer 1, 2, ... L - 1 on: images of a batch, as many at once as suit the device.
 *
 * @param onRun hears of each run as it is done
 */
export async function repairSweep(
  engine: Engine,
  grid: Grid,
  pixels: Pixels,
  onRun?: () => void
): Promise<RepairSweep> {
  const {layers, prefix} = engine.model.geometry;
  const outputs = eachLayer(layers, (l) => [`outliers.${l}`, `norms.${l}`]).flat();
  const som = readOptions("sfp", sfp.options);
  const build = () => buildStretch(engine.model, {first: 1, last: layers, grid, som, outputs});
  const patches = grid[0] * grid[1];
  const before = prefixLength(prefix);
  const row = await probeRow(engine, grid, pixels);
  const atOnce = engine.imagesAtOnce(patches);
  const masks: Uint8Array[] = [];
  const largestNorms: number[] = [];
  const medianNorms: number[] = [];
  for (let first = 1; first < layers; first += atOnce) {
    const starts = eachLayer(Math.min(atOnce, layers - first), (i) => first + i - 1);
    const results = await engine.runGraph(`repairs ${grid}`, build, {
      pixels: {
        dims: [starts.length, ...pixels.dims.slice(1)],
        data: concat(
          starts.map(() => pixels.data),
          Float32Array
        )
      },
      from: {dims: [starts.length, 1], data: Float32Array.from(starts)},
      ...(row && {probe: repeated(row, starts.length)})
    });
    for (const i of starts.keys())
      for (let layer = 1; layer <= layers; ++layer) {
        const mask = results[`outliers.${layer}`].data as Uint8Array;
        masks.push(mask.subarray(i * patches, (i + 1) * patches));
        const norms = (results[`norms.${layer}`].data as Float32Array).subarray(
          i * (before + patches) + before,
          (i + 1) * (before + patches)
        );
        largestNorms.push(norms.reduce((a, b) => Math.max(a, b)));
        medianNorms.push(median(norms));
      }
    onRun?.();
  }
  return {
    outliers: concat(masks, Uint8Array),
    largestNorms: Float32Array.from(largestNorms),
    medianNorms: Float32Array.from(medianNorms)
  };
}
