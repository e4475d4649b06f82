/** A picture's record at full precision: computed by a model, or as it was imported. */
import {trunks, type Grid, type Trunk} from "../../components/records/record.js";
import {recordOf, sourceOf} from "../../components/exchange/record.js";
import {arrayName, featuresName, sourceExport, stagesOf} from "../../components/exchange/sourceExport.js";
import {joinLayers, type Export, type Tensor} from "../../components/exchange/write.js";
import type {Dump} from "../../components/exchange/dump.js";
import type {TokenLayout} from "../../components/exchange/layout.js";
import {methodsFor} from "../../components/model/build.js";
import {methodFeatures, stageFeatures} from "../../components/model/compute.js";
import type {Pixels} from "../../components/model/runtime.js";
import {prefixLength, type Provenance} from "../../components/records/record.js";
import type {Engine} from "../engine/index.js";
import {comparedMethods} from "./files.js";

/** What is exported of each layer: the array's name, the engine's output, and the axes after the layer's. */
const outputs = {
  attention: "heads",
  tokens: "tokens",
  class_rows: "class",
  diagonals: "diagonal",
  class_self: "self",
  norms: "norms",
  outliers: "outliers"
} as const;

const methodsOf: Record<Trunk, string> = {plain: "clip", purified: "sfp"};

/** Runs a model on one picture and gathers everything at full precision. */
export async function computedExport(
  engine: Engine,
  {image, grid, pixels, provenance}: {image: string; grid: Grid; pixels: Pixels; provenance: Provenance}
): Promise<Export> {
  const {layers, heads, width, prefix} = engine.model.geometry;
  const patches = grid[0] * grid[1];
  const tokens = prefixLength(prefix) + patches;
  const axes: Record<keyof typeof outputs, number[]> = {
    attention: [heads, tokens, tokens],
    tokens: [tokens, width],
    class_rows: [heads, patches],
    diagonals: [heads, patches],
    class_self: [heads],
    norms: [tokens],
    outliers: [patches]
  };
  const names = Object.keys(outputs) as (keyof typeof outputs)[];
  const arrays: Record<string, Tensor> = {};
  for (const trunk of trunks) {
    const parts = new Map<string, (Float32Array | Uint8Array)[]>(names.map((name) => [name, []]));
    // The graph is one for all layers, so that the network runs once.
    const asked = Array.from({length: layers}, (_, i) => names.map((name) => `${outputs[name]}.${i + 1}`)).flat();
    const results = await engine.run({method: methodsOf[trunk], grid, outputs: asked}, pixels);
    for (let layer = 1; layer <= layers; ++layer)
      for (const name of names)
        parts.get(name)!.push(results[`${outputs[name]}.${layer}`].data as Float32Array | Uint8Array);
    for (const name of names) arrays[arrayName(name, trunk)] = joinLayers(parts.get(name)!, [layers, ...axes[name]]);
  }
  const features = Object.entries(await stageFeatures(engine, grid, pixels));
  const methods = methodsFor(engine.model, comparedMethods, grid);
  for (const [i, found] of (await methodFeatures({engine}, methods, pixels)).entries())
    features.push([methods[i], found]);
  for (const [stage, {width: across, values}] of features)
    arrays[featuresName(stage)] = {shape: [patches, across], data: values};
  return {image, grid, prefix, provenance, arrays};
}

/** A dump as it was imported, with what follows from it. */
export async function importedExport(
  dump: Dump,
  layout: TokenLayout,
  as: Parameters<typeof recordOf>[2]
): Promise<Export> {
  const source = sourceOf(recordOf(dump, layout, as));
  const found = await sourceExport(source, stagesOf(source.record));
  const {logits} = dump;
  if (!logits) return found;
  return {...found, arrays: {...found.arrays, logits: {shape: [logits.length], data: Float32Array.from(logits)}}};
}
