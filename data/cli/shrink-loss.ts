/** `shrink-loss`: what a model loses with smaller weights, and on a GPU with float16 arithmetic. */
import {readFileSync} from "node:fs";
import {join} from "node:path";
import {mean} from "../../components/analysis/arrays.js";
import {fit} from "../../components/model/image/fit.js";
import {inputOf} from "../../components/model/image/input.js";
import {precisions, readModel, type Model} from "../../components/model/model.js";
import {Engine, type Output} from "../../components/model/runtime.js";
import {shrink, shrunkenTypes, type ShrunkenType} from "../../components/model/shrink.js";
import {cpu, gpu} from "../engine/device.js";
import {openModel, type LoadedModel} from "../engine/index.js";
import {listFolder} from "../files/listing.js";
import type {Streams} from "../files/output.js";
import {readPicture} from "../files/picture.js";
import {imageFolder} from "../site/photos.js";
import {parse, UsageError, wholeNumber} from "./options.js";

export const help = `shrink-loss [MODEL ...] [--photos FOLDER] [--count N] [--device cpu|webgpu]
  What a model loses with smaller weights, or on a GPU with float16 arithmetic, judged by what the site is about: the
  outlier sets and the features of sfp, compared with float32 (default mini).
  --photos FOLDER     pictures to compare on (default data/images)
  --count N           the first N of them (default 50)
  --device NAME       cpu: smaller weights; webgpu: float16 arithmetic (default cpu)`;

const options = {
  photos: {type: "string", default: imageFolder},
  count: {type: "string", default: "50"},
  device: {type: "string", default: "cpu"}
} as const;

type Results = Record<string, Output>;

export async function run(args: string[], {stdout}: Streams): Promise<number> {
  const {values, positionals} = parse({args, options, allowPositionals: true});
  const {photos, device} = values;
  if (device !== "cpu" && device !== "webgpu") throw new UsageError(`--device ${device}: cpu or webgpu.`);
  const files = listFolder(photos)
    .files.filter((file) => /\.(jpe?g|png|webp)$/i.test(file))
    .slice(0, wholeNumber("count", values.count, 1))
    .map((file) => join(photos, file));
  for (const id of positionals.length ? positionals : ["mini"]) {
    const model = await openModel(id);
    const full = await runOn(new Engine(model, cpu()), files);
    for (const [what, subject] of device === "webgpu" ? arithmetics(model) : smaller(id, model)) {
      // Unchecked, so that a software adapter will do.
      const found = await runOn(new Engine(subject, device === "webgpu" ? gpu("webgpu") : cpu()), files);
      stdout.write(`${id}, ${what}, ${files.length} photos\n${losses(model, found, full)}`);
    }
  }
  return 0;
}

/** On a CPU, ONNX Runtime leaves out the rounding to float16: it would show nothing. */
function arithmetics(model: Model): [string, Model][] {
  return precisions.map((precision) => [`${precision} arithmetic on webgpu`, {...model, precision}]);
}

function smaller(id: string, model: LoadedModel): [string, Model][] {
  const config: unknown = JSON.parse(readFileSync(join(model.folder, "config.json"), "utf8"));
  return shrunkenTypes.map((type: ShrunkenType) => {
    const bytes = shrink(model.checkpoint, type);
    return [`${type} weights, ${(bytes.length / 1e6).toFixed(1)} MB`, readModel(id, bytes, config)];
  });
}

/** Features and outlier sets of SFP for each photo. */
async function runOn(engine: Engine, files: readonly string[]): Promise<Results[]> {
  const {geometry} = engine.model;
  const outputs = ["features", ...everyLayer(geometry).map((l) => `outliers.${l}`)];
  const results: Results[] = [];
  for (const file of files) {
    const {grid, pixels} = inputOf(fit(await readPicture(file), geometry.patch), geometry);
    results.push(await engine.run({method: "sfp", grid, outputs}, pixels));
  }
  await engine.close();
  return results;
}

function everyLayer({layers}: {layers: number}): number[] {
  return Array.from({length: layers}, (_, i) => i + 1);
}

function losses({geometry}: Model, found: Results[], full: Results[]): string {
  const cosines = found.flatMap((result, i) => cosinesOf(result.features, full[i].features, geometry.features));
  const agree = everyLayer(geometry).map((l) => jaccard(found, full, `outliers.${l}`).toFixed(3));
  return `  cosine of sfp's patch features: mean ${mean(cosines).toFixed(5)}, least ${Math.min(...cosines).toFixed(4)}
  Jaccard of the outlier sets, layers 1 to ${geometry.layers}: ${agree.join(" ")}
`;
}

function cosinesOf(a: Output, b: Output, width: number): number[] {
  return Array.from({length: a.data.length / width}, (_, i) => {
    let [ab, aa, bb] = [0, 0, 0];
    for (let k = i * width; k < (i + 1) * width; ++k) {
      ab += a.data[k] * b.data[k];
      aa += a.data[k] ** 2;
      bb += b.data[k] ** 2;
    }
    return ab / Math.sqrt(aa * bb);
  });
}

/** Of all photos' patches together; 1 where neither finds any. */
function jaccard(a: Results[], b: Results[], output: string): number {
  let [both, either] = [0, 0];
  a.forEach((result, i) =>
    result[output].data.forEach((on, patch) => {
      both += on & b[i][output].data[patch];
      either += on | b[i][output].data[patch];
    })
  );
  return either ? both / either : 1;
}
