// npm run shrink-loss -- [MODEL ...] [--photos FOLDER] [--count N] [--device webgpu]: what a model loses with smaller
// weights, and on a GPU with float16 arithmetic. Judged by what the site is about: outlier sets and features.
import {readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {parseArgs} from "node:util";
import {mean} from "../components/analysis/arrays.js";
import {fit} from "../components/model/image/fit.js";
import {normalise} from "../components/model/image/normalise.js";
import {precisions, readModel, type Model} from "../components/model/model.js";
import {Engine, type Output} from "../components/model/runtime.js";
import {shrink, shrunkenTypes, type ShrunkenType} from "../components/model/shrink.js";
import {readPicture} from "../data/files/picture.js";
import {cpu, gpu} from "../data/engine/device.js";
import {openModel} from "../data/engine/index.js";
import {imageFolder} from "../data/site/photos.js";

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    photos: {type: "string", default: imageFolder},
    count: {type: "string", default: "50"},
    device: {type: "string", default: "cpu"}
  }
});
// Unchecked, so that a software adapter will do.
const device = values.device === "webgpu" ? gpu("webgpu") : cpu();
const files = readdirSync(values.photos)
  .filter((file) => /\.(jpe?g|png|webp)$/i.test(file))
  .toSorted()
  .slice(0, Number(values.count));

type Results = Record<string, Output>;

for (const id of positionals.length ? positionals : ["mini"]) {
  const model = await openModel(id);
  const {layers, trainedGrid: n, patch, features: width} = model.geometry;
  const each = Array.from({length: layers}, (_, i) => i + 1);
  const outputs = ["features", ...each.map((l) => `outliers.${l}`)];
  const config: unknown = JSON.parse(readFileSync(join(model.folder, "config.json"), "utf8"));
  const run = async (engine: Engine): Promise<Results[]> => {
    const results: Results[] = [];
    for (const file of files) {
      const {
        height,
        width: wide,
        data
      } = normalise(fit(await readPicture(join(values.photos, file)), patch), model.geometry, "bytes");
      results.push(await engine.run({method: "sfp", grid: [n, n], outputs}, {dims: [1, 3, height, wide], data}));
    }
    await engine.close();
    return results;
  };
  const full = await run(new Engine(model, cpu()));
  const small = (type: ShrunkenType): [string, Model] => {
    const bytes = shrink(model.checkpoint, type);
    return [`${type} weights, ${(bytes.length / 1e6).toFixed(1)} MB`, readModel(id, bytes, config)];
  };
  // On a CPU, ONNX Runtime leaves out the rounding to float16: it would show nothing.
  const cases: [string, Model][] =
    values.device === "webgpu"
      ? precisions.map((precision) => [`${precision} arithmetic on webgpu`, {...model, precision}])
      : shrunkenTypes.map(small);
  for (const [what, subject] of cases) {
    const found = await run(new Engine(subject, device));
    const cosines = found.flatMap((result, i) => cosinesOf(result.features, full[i].features, width));
    const agree = each.map((l) => jaccard(found, full, `outliers.${l}`));
    console.log(`${id}, ${what}, ${files.length} photos`);
    console.log(
      `  cosine of sfp's patch features: mean ${mean(cosines).toFixed(5)}, least ${Math.min(...cosines).toFixed(4)}`
    );
    console.log(`  Jaccard of the outlier sets, layers 1 to ${layers}: ${agree.map((j) => j.toFixed(3)).join(" ")}`);
  }
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
