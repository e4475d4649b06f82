/** Runs a model on one image and gathers what the pages explore. The loaders and the live worker share it. */
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
import {concat, eachLayer, splitHeads, toFeatures, toMap, trunkOutputs, trunkRecord} from "./outputs.js";
import {readOptions} from "../analysis/options.js";
import {sfp} from "./methods/sfp.js";
import type {Engine, Pixels} from "./runtime.js";
import type {Input} from "./sessions.js";
import {buildStretch} from "./stretch.js";

/** Everything the pages need of one image. */
export interface Analysis {
  record: ImageRecord;
  /** Head-mean attention of each layer. */
  attention: Record<Trunk, AttentionMap[]>;
}

/** The method whose graph runs a trunk. */
const trunkMethods: Record<Trunk, string> = {plain: "clip", purified: "sfp"};

/**
 * Both trunks of one image: class rows, diagonals, norms, outlier sets, head-mean attention.
 *
 * @param pixels one image, B = 1
 * @param onTrunk told as each trunk is done
 */
export async function computeRecord(
  engine: Engine,
  {image, grid, pixels, provenance}: {image: string; grid: Grid; pixels: Pixels; provenance: Provenance},
  onTrunk?: (trunk: Trunk) => void
): Promise<Analysis> {
  const {layers, heads, prefix} = engine.model.geometry;
  const attention: Partial<Record<Trunk, AttentionMap[]>> = {};
  const records: Partial<Record<Trunk, TrunkRecord>> = {};
  for (const trunk of trunks) {
    const outputs = eachLayer(layers, (l) => [`attention.${l}`, ...trunkOutputs(l, trunk === "purified")]).flat();
    const results = await engine.run({method: trunkMethods[trunk], grid, outputs}, pixels);
    records[trunk] = trunkRecord(layers, (name) => results[name]);
    attention[trunk] = eachLayer(layers, (l) => toMap(results[`attention.${l}`], prefix));
    onTrunk?.(trunk);
  }
  return {
    record: {image, grid, prefix, layers, heads, trunks: records as Record<Trunk, TrunkRecord>, provenance},
    attention: attention as Record<Trunk, AttentionMap[]>
  };
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
  const {layers} = engine.model.geometry;
  const kept = Object.values<Detector>(detectors).filter((detector) => detector.kept);
  const needs = kept.flatMap((detector) => detector.needs);
  const outputs = eachLayer(layers, (l) => evidenceOutputs(needs, l)).flat();
  const results = await engine.run({method: trunkMethods[trunk], grid, outputs}, pixels);
  const directions = needs.includes("direction") ? await singularDirections(engine) : undefined;
  const known = eachLayer(layers, (l) => evidenceOf(engine, results, l, {direction: directions?.[l - 1]}));
  return Object.fromEntries(
    kept.map(({name, detect}) => {
      const scores = known.map((layer) => Float32Array.from(detect(layer).scores));
      return [name, concat(scores, Float32Array)];
    })
  );
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

/** Dense features of methods, in their order, from one pass: N × E each. */
export async function methodFeatures(
  engine: Engine,
  methods: readonly string[],
  pixels: Pixels
): Promise<FeatureMap[]> {
  const found = await engine.features(
    methods.map((method) => ({method})),
    pixels
  );
  return found.map(({width, data}) => ({width, values: data}));
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
