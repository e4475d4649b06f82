import {detect, type DetectorId} from "../../components/analysis/detectors/index.js";
import {prefixLength, type Grid} from "../../components/records/record.js";
import {gridOf} from "../../components/model/geometry.js";
import {sfp} from "../../components/model/methods/sfp.js";
import {detectionOptions} from "../../components/model/methods/detection.js";
import {readOptions, type GivenOptions} from "../../components/analysis/options.js";
import {Engine, type Output, type Pixels} from "../../components/model/runtime.js";
import {openEngine, openModel} from "../engine/index.js";
import {eachFile} from "./each-file.js";
import {imageFiles, inputHelp, inputOptions, readPixels} from "./inputs.js";
import {deviceName, modelHelp, modelOptions, parse, threadCount, UsageError, wholeNumber} from "./options.js";
import type {Streams} from "../files/output.js";
import {keyValues} from "../../components/analysis/options.js";
import {claimFiles, deliver} from "../files/output.js";

const offered = ["som", "l2", "lof", "mad"] as const satisfies readonly DetectorId[];

export const help = `outliers --image FILE [--image FILE ...] --detector ${offered.join("|")} [--layer L] [options]
  Outlier sets per layer as JSON; several images give an array.
  --detector NAME     som (Eq. 4), l2 (largest norms), lof (local outlier factor), mad (robust z of norms)
  --layer L           one layer, 1-based (default: every one)
  -o trunk=plain|purified   the model as trained, or with SOM's repairs between layers (default plain)
  -o KEY=VALUE        som: factor, cap, heads; l2: count; lof: neighbours, contamination, textbook; mad: threshold
${inputHelp}
${modelHelp}`;

/** What is printed for one image. */
interface OutlierSets {
  /** Its file, where there are several. */
  image?: string;
  model: string;
  grid: Grid;
  layers: {layer: number; indices: number[]; scores: number[]}[];
}

export async function run(args: string[], streams: Streams): Promise<number> {
  const options = {
    ...modelOptions,
    ...inputOptions,
    detector: {type: "string", default: "som"},
    layer: {type: "string"}
  } as const;
  const {values} = parse({args, options});
  const detector = values.detector as (typeof offered)[number];
  if (!offered.includes(detector))
    throw new UsageError(`--detector ${detector} is not known; known are ${offered.join(", ")}.`);
  const {trunk = "plain", ...given} = keyValues(values.option);
  if (trunk !== "plain" && trunk !== "purified") throw new UsageError(`-o trunk=${trunk}: plain or purified.`);
  const files = imageFiles(values.image);
  claimFiles([values.out], {inputs: files});
  const on = {device: deviceName(values.device), threads: threadCount(values.threads, streams)};
  const model = await openModel(values.model);
  const {layers: count} = model.geometry;
  const layer = values.layer === undefined ? undefined : wholeNumber("layer", values.layer, 1);
  if (layer !== undefined && layer > count)
    throw new UsageError(`--layer ${layer}: ${model.id} has layers 1 to ${count}.`);
  const layers = layer === undefined ? Array.from({length: count}, (_, i) => i + 1) : [layer];
  const engine = openEngine(model, on);
  const question: Question = {detector, trunk, layers, given};
  const {stderr} = streams;
  const {results, failed} = await eachFile(
    files,
    async (file) => outlierSets(engine, await readPixels(file, values, {engine, stderr}), question),
    streams
  );
  await engine.close();
  const sets = results.flatMap(({file, result}) =>
    result.map((one) => (files.length > 1 ? {image: file, ...one} : one))
  );
  if (sets.length) deliver(JSON.stringify(sets.length + failed > 1 ? sets : sets[0]) + "\n", values.out, streams);
  return failed ? 1 : 0;
}

interface Question {
  detector: (typeof offered)[number];
  trunk: "plain" | "purified";
  layers: number[];
  given: GivenOptions;
}

async function outlierSets(engine: Engine, pixels: Pixels, question: Question): Promise<OutlierSets[]> {
  const {detector, trunk, layers, given} = question;
  const method = trunk === "plain" ? "clip" : "sfp";
  const [batch, , height, width] = pixels.dims;
  const grid = gridOf(engine.model.geometry, height, width);
  const outputs = layers.flatMap((l) =>
    ["class", "diagonal", "norms", ...(detector === "lof" ? ["tokens"] : [])].map((name) => `${name}.${l}`)
  );
  const results = await engine.run(
    {method, options: detector === "som" && trunk === "purified" ? given : {}, grid, outputs},
    pixels
  );
  const settings = detectorOptions(detector, given);
  return Array.from({length: batch}, (_, image) => ({
    model: engine.model.id,
    grid,
    layers: layers.map((layer) => {
      const {outliers, scores} = detect(detector, evidence(engine, results, layer, image), settings);
      const indices = Array.from(outliers.keys()).filter((i) => outliers[i]);
      return {layer, indices, scores: indices.map((i) => scores[i])};
    })
  }));
}

/** What detectors look at in one layer of one image of a batch. */
function evidence({model}: Engine, results: Record<string, Output>, layer: number, image: number) {
  const {heads, width} = model.geometry;
  const prefix = prefixLength(model.geometry.prefix);
  const part = (name: string) => {
    const output = results[`${name}.${layer}`];
    if (!output) return undefined;
    const size = output.data.length / output.dims[0];
    return (output.data as Float32Array).subarray(image * size, (image + 1) * size);
  };
  return {
    heads,
    width,
    classRows: part("class"),
    diagonals: part("diagonal"),
    norms: part("norms")?.subarray(prefix),
    features: part("tokens")?.subarray(prefix * width)
  };
}

const known = {
  l2: {count: "number"},
  lof: {neighbours: "number", contamination: "number", textbook: "boolean"},
  mad: {threshold: "number"}
} as const;

function detectorOptions(
  detector: (typeof offered)[number],
  given: GivenOptions
): Record<string, number | boolean | string> {
  if (detector === "som") {
    const {factor, cap, heads} = readOptions("som", detectionOptions, pick(given, detectionOptions));
    return {factor, cap: cap === "none" ? Infinity : cap, heads};
  }
  const types: Record<string, string> = known[detector];
  return Object.fromEntries(
    Object.entries(given).map(([name, word]) => {
      if (!(name in types))
        throw new UsageError(`${detector} has no option ${name}; it has ${Object.keys(types).join(", ")}.`);
      const value = types[name] === "boolean" ? word === "on" || word === "true" : Number(word);
      if (Number.isNaN(value)) throw new UsageError(`${detector}: ${name}=${word} is not a number.`);
      return [name, value];
    })
  );
}

/** On a purified trunk SFP's other options are given too; only the test's are the detector's. */
function pick(given: GivenOptions, names: object): GivenOptions {
  return Object.fromEntries(Object.entries(given).filter(([name]) => name in names || !(name in sfp.options)));
}
