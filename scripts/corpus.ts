// npm run corpus -- [FOLDER [MODEL]]: outliers over a folder laid out like PASCAL VOC, as committed aggregates.
// FOLDER has JPEGImages/, SegmentationClassAug/ and val.txt; without it, ../shared/voc.
import {existsSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {corpusSummary, type CorpusImage} from "../components/analysis/corpus.js";
import {analyse, localOutlierFactors} from "../components/model/analyse.js";
import {gridOf} from "../components/model/geometry.js";
import {fit} from "../components/model/image/fit.js";
import {normalise} from "../components/model/image/normalise.js";
import {readMask} from "../data/files/masks.js";
import {readPicture} from "../data/files/picture.js";
import {corpusImage, squareMask} from "../data/records/corpus-image.js";
import {openEngine, openModel, provenance} from "../data/engine/index.js";
import {snapshotFile} from "../data/records/archives.js";

const [folder = "../shared/voc", modelId = "vit-ti-16"] = process.argv.slice(2);
const list = join(folder, "val.txt");
if (!existsSync(list)) {
  console.error(`${list}: there is no such file. Give a folder with JPEGImages/, SegmentationClassAug/ and val.txt:`);
  console.error("  npm run corpus -- FOLDER");
  process.exit(1);
}

const names = readFileSync(list, "utf8").split(/\s+/).filter(Boolean);
const model = await openModel(modelId);
const engine = openEngine(model);
const images: CorpusImage[] = [];
for (const [i, name] of names.entries()) {
  const square = fit(await readPicture(join(folder, "JPEGImages", `${name}.jpg`)), model.geometry.patch);
  const {width, height, data} = normalise(square, model.geometry, "bytes");
  const pixels = {dims: [1, 3, height, width] as const, data};
  const grid = gridOf(model.geometry, height, width);
  const subject = {image: name, grid, pixels, provenance: provenance(model, engine, "sfp")};
  const {record} = await analyse(engine, subject);
  record.trunks.plain.lof = await localOutlierFactors(engine, "plain", grid, pixels);
  const mask = await readMask(join(folder, "SegmentationClassAug", `${name}.png`));
  images.push(corpusImage(record, square, squareMask(mask, width)));
  if ((i + 1) % 20 === 0) console.log(`${i + 1} of ${names.length}`);
}
await engine.close();

const summary = corpusSummary(`PASCAL VOC 2012 val (${names.length} photos)`, images);
const file = snapshotFile(modelId, "corpus-voc.json");
mkdirSync(dirname(file), {recursive: true});
const text = JSON.stringify(summary);
writeFileSync(file, text);
console.log(`${file}: ${text.length} bytes, ${images.length} images`);
