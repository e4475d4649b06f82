import {imageScores, MeanScores, searchOptions, type SearchOptions} from "../../components/analysis/registerNeurons.js";
import {keyValues, readOptions} from "../../components/analysis/options.js";
import {prefixLength} from "../../components/records/record.js";
import {gridOf} from "../../components/model/geometry.js";
import type {Engine, Pixels} from "../../components/model/runtime.js";
import {openEngine, openModel} from "../engine/index.js";
import {claimFiles, deliver, type Streams} from "../files/output.js";
import {progress} from "../files/progress.js";
import {listSamples} from "./corpus.js";
import {eachFile} from "./each-file.js";
import {imageFiles, inputHelp, inputOptions, readPixels} from "./inputs.js";
import {deviceName, modelHelp, modelOptions, modelSettings, parse, chosenThreads, UsageError} from "./options.js";

const optionHelp = Object.entries(searchOptions)
  .map(([name, spec]) => `  -o ${`${name}=`.padEnd(17)} ${spec.about} (default ${spec.default})`)
  .join("\n");

export const help = `neurons --image FILE [--image FILE ...] [options]
neurons FOLDER [options]
  The neurons of the MLPs that switch on at high-norm tokens, for test-time registers: [{layer, index, score}], best first;
  of one picture, of several, or of all in a folder (pictures, or PASCAL VOC's layout).
${optionHelp}
${inputHelp}
${modelHelp}`;

export async function run(args: string[], streams: Streams): Promise<number> {
  const {values, positionals} = parse({args, options: {...modelOptions, ...inputOptions}, allowPositionals: true});
  const files = filesOf(values.image, positionals);
  const given = keyValues(values.option);
  readOptions("neurons", searchOptions, given);
  claimFiles([values.out], {inputs: files});
  const on = {device: deviceName(values.device), threads: chosenThreads(values.threads, streams)};
  const model = await openModel(values.model, modelSettings(values));
  const {layers} = model.geometry;
  const options = readOptions("neurons", searchOptions, given, layers);
  const depth = {layer: within("layer", options.layer, layers), highest: within("highest", options.highest, layers)};
  const engine = openEngine(model, on);
  const {stderr} = streams;
  const mean = new MeanScores();
  let images = 0;
  const bar = progress(stderr, "pictures", files.length);
  const {failed} = await eachFile(
    files,
    async (file) => {
      const pixels = await readPixels(file, values, {engine, stderr});
      for (const scores of await search(engine, pixels, {...options, layer: depth.layer})) {
        images += 1;
        if (scores) mean.add(scores);
      }
      bar.update(files.indexOf(file) + 1);
    },
    streams
  );
  bar.end();
  await engine.close();
  if (!mean.counted) {
    if (!images) return 1;
    throw new Error(
      `No token of ${images > 1 ? `these ${images} images` : "this image"} has a norm above ${options.threshold} in layer ${depth.layer}; lower -o threshold=.`
    );
  }
  const ranked = mean.rank({...options, highest: depth.highest});
  deliver(JSON.stringify(ranked) + "\n", values.out, streams);
  stderr.write(`${model.id}: ${mean.counted} of ${images} images have outliers in layer ${depth.layer}\n`);
  return failed ? 1 : 0;
}

/** The pictures that are named, or those of a folder. @throws UsageError for both, or neither */
function filesOf(images: readonly string[], folders: readonly string[]): readonly string[] {
  if (!folders.length) return imageFiles(images);
  if (folders.length > 1 || images.length)
    throw new UsageError("neurons takes one folder, or --image FILE: neurons FOLDER.");
  return listSamples(folders[0]).map(({picture}) => picture);
}

/** A layer's number; the word last is the model's last. */
function within(name: string, value: number | "last", layers: number): number {
  if (value === "last") return layers;
  if (value > layers)
    throw new RangeError(`neurons: ${name}=${value} does not fit; this model has layers 1 to ${layers}.`);
  return value;
}

/** Scores of each image of a batch; undefined for one without outliers. */
async function search(
  engine: Engine,
  pixels: Pixels,
  options: Omit<SearchOptions, "layer"> & {layer: number}
): Promise<(Float64Array[] | undefined)[]> {
  const {geometry} = engine.model;
  const [batch, , height, width] = pixels.dims;
  const hidden = Array.from({length: geometry.layers}, (_, i) => `hidden.${i + 1}`);
  const norms = `norms.${options.layer}`;
  const grid = gridOf(geometry, height, width);
  const results = await engine.run({method: "clip", grid, outputs: [...hidden, norms]}, pixels);
  return Array.from({length: batch}, (_, image) => {
    const part = (name: string) => {
      const {data} = results[name];
      return (data as Float32Array).subarray((image * data.length) / batch, ((image + 1) * data.length) / batch);
    };
    return imageScores({norms: part(norms), hidden: hidden.map(part), prefix: prefixLength(geometry.prefix)}, options);
  });
}
