import type {Detector} from "../../components/analysis/detectors/detector.js";
import {functions, quantities} from "../../components/analysis/detectors/expression.js";
import {detectorNamed, detectors} from "../../components/analysis/detectors/index.js";
import type {Grid} from "../../components/records/record.js";
import {evidenceOf, evidenceOutputs, singularDirections} from "../../components/model/evidence.js";
import {gridOf} from "../../components/model/geometry.js";
import {methodNamed} from "../../components/model/methods/index.js";
import {describeOptions, keyValues, readOptions, type GivenOptions} from "../../components/analysis/options.js";
import type {Engine, Pixels} from "../../components/model/runtime.js";
import {openEngine, openModel} from "../engine/index.js";
import {eachFile} from "./each-file.js";
import {imageFiles, inputHelp, inputOptions, readPixels} from "./inputs.js";
import {checkIntervene, interveneHelp, intervened, interveneOptions} from "./intervene.js";
import {
  deviceName,
  modelHelp,
  modelOptions,
  modelSettings,
  parse,
  chosenThreads,
  UsageError,
  wholeNumber
} from "./options.js";
import type {Streams} from "../files/output.js";
import {claimFiles, deliver} from "../files/output.js";

export const help = `outliers --image FILE [--image FILE ...] --detector NAME [--layer L] [options]
  Outlier sets per layer as JSON; several images give an array.
  --layer L           one layer, 1-based (default: every one)
  --detector "expr: E"  a test of your own, such as "expr: cls > 1.5 * self && rank(cls) <= 10"; it knows
                      ${Object.keys(quantities).join(", ")} and ${Object.keys(functions)
                        .map((name) => `${name}(..)`)
                        .join(", ")}
  --detector NAME     the test (default som), and its options by -o KEY=VALUE:
${Object.values<Detector>(detectors).map(detectorHelp).join("\n")}
  -o trunk=plain|purified   the model as trained, or with SOM's repairs between layers (default plain)
${inputHelp}
${interveneHelp}
${modelHelp}`;

function detectorHelp({name, about, options}: Detector): string {
  const lines = describeOptions(options).map((line) => `        -o ${line}`);
  return [`      ${name.padEnd(10)}${about}`, ...lines].join("\n");
}

/** What Eq. 4 reads where a model has no class token. */
const standIn = "attention of the pooling head's probe, after the last block";

/** What is printed for one image. */
interface OutlierSets {
  /** Its file, where there are several. */
  image?: string;
  model: string;
  grid: Grid;
  /** What stands in for the class token's attention, where the model has no class token. */
  classRow?: string;
  layers: {layer: number; indices: number[]; scores: number[]}[];
}

export async function run(args: string[], streams: Streams): Promise<number> {
  const options = {
    ...modelOptions,
    ...interveneOptions,
    ...inputOptions,
    detector: {type: "string", default: "som"},
    layer: {type: "string"}
  } as const;
  const {values} = parse({args, options});
  const detector = detectorNamed(values.detector);
  const {trunk = "plain", ...given} = keyValues(values.option);
  if (trunk !== "plain" && trunk !== "purified") throw new UsageError(`-o trunk=${trunk}: plain or purified.`);
  const settings = readSettings(detector, trunk, given);
  const files = imageFiles(values.image);
  claimFiles([values.out], {inputs: files});
  checkIntervene(values.intervene);
  const on = {device: deviceName(values.device), threads: chosenThreads(values.threads, streams)};
  const model = await intervened(await openModel(values.model, modelSettings(values)), values.intervene);
  const {layers: count} = model.geometry;
  const layer = values.layer === undefined ? undefined : wholeNumber("layer", values.layer, 1);
  if (layer !== undefined && layer > count)
    throw new UsageError(`--layer ${layer}: ${model.id} has layers 1 to ${count}.`);
  const layers = layer === undefined ? Array.from({length: count}, (_, i) => i + 1) : [layer];
  if (!model.geometry.prefix.classToken && detector.needs.includes("classRows"))
    streams.stderr.write(`${model.id} has no class token: the ${standIn}, stands in for it in every layer.\n`);
  const engine = openEngine(model, on);
  const question: Question = {detector, trunk, layers, ...settings};
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

/** The detector's options, and those of SFP that decide what a purified trunk is. */
interface Settings {
  given: GivenOptions;
  sfp: GivenOptions;
}

interface Question extends Settings {
  detector: Detector;
  trunk: "plain" | "purified";
  layers: number[];
}

/**
 * Whose options are whose: on a purified trunk SFP's are given too, and where SOM is the test its options are both.
 *
 * @throws RangeError for an unknown name or a value out of range
 */
function readSettings(detector: Detector, trunk: Question["trunk"], given: GivenOptions): Settings {
  const {options: ofSfp} = methodNamed("sfp");
  const both = trunk === "purified";
  const pick = (belongs: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(given).filter(([name]) => belongs(name)));
  const own = pick((name) => name in detector.options || !(both && name in ofSfp));
  const sfp = both ? pick((name) => name in ofSfp && (detector.name === "som" || !(name in detector.options))) : {};
  readOptions(detector.name, detector.options, own);
  readOptions("sfp", ofSfp, sfp);
  return {given: own, sfp};
}

async function outlierSets(engine: Engine, pixels: Pixels, question: Question): Promise<OutlierSets[]> {
  const {detector, trunk, layers, given, sfp} = question;
  const [batch, , height, width] = pixels.dims;
  const grid = gridOf(engine.model.geometry, height, width);
  const outputs = layers.flatMap((l) => evidenceOutputs(detector.needs, l));
  const method = trunk === "plain" ? "clip" : "sfp";
  const results = await engine.run({method, options: sfp, grid, outputs}, pixels);
  const directions = detector.needs.includes("direction") ? await singularDirections(engine) : undefined;
  return Array.from({length: batch}, (_, image) => ({
    model: engine.model.id,
    grid,
    ...(!engine.model.geometry.prefix.classToken && {classRow: standIn}),
    layers: layers.map((layer) => {
      const known = {...evidenceOf(engine, results, layer, {image, direction: directions?.[layer - 1]}), grid};
      const {outliers, scores} = detector.detect(known, given);
      const indices = Array.from(outliers.keys()).filter((i) => outliers[i]);
      return {layer, indices, scores: indices.map((i) => scores[i])};
    })
  }));
}
