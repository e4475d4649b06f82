/** The numbers of docs/models/mini.md, measured again with the project's engine. */
import assert from "node:assert/strict";
import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {after, before, test} from "node:test";
import {fileURLToPath} from "node:url";
import {mean} from "../../components/analysis/arrays.js";
import {ignored} from "../../components/model/evaluation/label-rules.js";
import {Confusion} from "../../components/model/evaluation/metric.js";
import {UnknownWordsError} from "../../components/model/spelling.js";
import {cosines} from "../../components/model/segmentation/scores.js";
import {readMask, type MaskFile} from "../../data/files/masks.js";
import {denseFeatures, openEngine, openModel, type Engine, type LoadedModel} from "../../data/engine/index.js";
import {imageFolder, listPhotoFiles} from "../../data/site/photos.js";
import {labelPixels, meanCosine, side, squarePixels, trace, type Trace} from "../support/measure-mini.js";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const read = (relative: string): unknown => JSON.parse(readFileSync(path(relative), "utf8"));

interface Measured {
  photos: number;
  top1: number;
  cosine: number[];
  outliers: number[];
  massive: number[];
  sink: number[];
  /** Null where neither model has an outlier in any photo. */
  jaccard: (number | null)[];
}
interface Segmented extends Measured {
  /** Per cent, by "method.model" and class. */
  iou: Record<string, Record<string, number>>;
}
/** The card's numbers. */
const measured = read("../../docs/models/training/measured.json") as {
  seven: Measured;
  voc: Segmented;
  /** Every fifth photo of voc. */
  sample: Segmented;
};
/** What the teacher says of the seven photos: its five likeliest classes, and its outliers per layer, tokens from 1. */
const teacher = read("teacher.json") as Record<string, {top: number[]; outliers: number[][]}>;

const vocFolder = path("../../../shared/voc");
const teacherFolder = path("../../../shared/models/vit-ti-16");
const skip =
  existsSync(join(vocFolder, "val.txt")) && existsSync(teacherFolder)
    ? false
    : "the teacher and PASCAL VOC's photos are not in ../shared";

/** All of VOC's photos, as on the card, take minutes; every fifth is enough to see that engine and card agree. */
const everyPhoto = process.env.MINI_ALL === "1";

const layers = Array.from({length: 12}, (_, l) => l);
const vocClasses =
  "aeroplane bicycle bird ship bottle bus car cat chair cow table dog horse motorbike person pottedplant sheep sofa train tv".split(
    " "
  );

let model: LoadedModel;
let engine: Engine;
before(async () => {
  model = await openModel(path("../../data/models/mini"));
  engine = openEngine(model, {device: "cpu"});
});
after(() => engine.close());

test("the weights are float16 and at most 12 MB", () => {
  const file = readFileSync(path("../../data/models/mini/model.safetensors"));
  assert.ok(file.length <= 12e6);
  const header = file.subarray(8, 8 + Number(file.readBigUInt64LE())).toString();
  const {__metadata__: _, ...tensors} = JSON.parse(header) as Record<string, {dtype?: string}>;
  assert.equal(Object.keys(tensors).length, 152);
  assert.ok(Object.values(tensors).every(({dtype}) => dtype === "F16"));
});

test("the lexicon answers VOC's classes, and says which words it cannot answer", async () => {
  const {vectors, width} = await model.text(vocClasses);
  assert.equal(vectors.length, vocClasses.length * width);
  await assert.rejects(model.text(["dog", "tree", "sky"]), (error: UnknownWordsError) => {
    assert.ok(error instanceof UnknownWordsError);
    assert.deepEqual(
      error.unknown.map(({word}) => word),
      ["tree", "sky"]
    );
    return true;
  });
});

test("the lexicon's sets are classes, and what it lists as missing is missing", () => {
  const {classes, words, notes, missing} = read("../../data/models/mini/lexicon.json") as {
    classes: string[][];
    words: Record<string, number[]>;
    notes: Record<string, string>;
    missing: Record<string, string>;
  };
  assert.equal(classes.length, 1000);
  for (const [word, set] of Object.entries(words))
    assert.ok(set.length && set.every((c, i) => Number.isInteger(c) && c < 1000 && (!i || c > set[i - 1])), word);
  const known = new Set([...Object.keys(words), ...classes.flat().map((name) => name.toLowerCase())]);
  assert.deepEqual(
    Object.keys(notes).filter((word) => !known.has(word)),
    []
  );
  assert.deepEqual(
    Object.keys(missing).filter((word) => known.has(word)),
    []
  );
});

/** Sums over photos, as the card's table has them. */
class Tally {
  private readonly agreed: number[] = [];
  private readonly rows: Record<"outliers" | "massive" | "sink" | "cosine" | "both" | "either", number[][]> = {
    outliers: [],
    massive: [],
    sink: [],
    cosine: [],
    both: [],
    either: []
  };

  add(
    student: Trace,
    {top, outliers, tokens}: {top: number; outliers: ArrayLike<number>[]; tokens?: Float32Array[]},
    width = 0
  ) {
    this.agreed.push(student.ranking[0] === top ? 1 : 0);
    const count = (l: number, test: (a: number, b: number) => boolean) =>
      student.outliers[l].reduce((n, a, i) => n + (test(a, outliers[l][i]) ? 1 : 0), 0);
    this.rows.outliers.push(layers.map((l) => count(l, (a) => a > 0)));
    this.rows.both.push(layers.map((l) => count(l, (a, b) => a > 0 && b > 0)));
    this.rows.either.push(layers.map((l) => count(l, (a, b) => a > 0 || b > 0)));
    this.rows.massive.push(student.massive);
    this.rows.sink.push(student.sink);
    if (tokens) this.rows.cosine.push(layers.map((l) => meanCosine(student.tokens[l], tokens[l], width)));
  }

  /** Asserts that these are the card's numbers, but for what decoders of JPEG and rounding can change. */
  assertEqual(card: Measured) {
    assert.equal(this.agreed.length, card.photos);
    near(mean(this.agreed), card.top1, 1.01 / card.photos, "top-1 agreement");
    for (const l of layers) {
      const column = (name: keyof typeof this.rows) => this.rows[name].map((row) => row[l]);
      const layer = `in layer ${l + 1}`;
      near(mean(column("outliers")), card.outliers[l], 0.3 + 0.01 * card.outliers[l], `outliers ${layer}`);
      near(mean(column("massive")), card.massive[l], 0.02 * card.massive[l], `largest over median norm ${layer}`);
      near(mean(column("sink")), card.sink[l], 0.03 * card.sink[l], `sink concentration ${layer}`);
      if (this.rows.cosine.length) near(mean(column("cosine")), card.cosine[l], 0.001, `cosine ${layer}`);
      const sum = (name: "both" | "either") => column(name).reduce((a, b) => a + b);
      const expected = card.jaccard[l];
      // A few tokens on the brink move a small set's overlap more than a large one's.
      if (expected !== null) near(sum("both") / sum("either"), expected, 0.01 + 2 / sum("either"), `Jaccard ${layer}`);
    }
  }
}

function near(actual: number, expected: number, tolerance: number, what: string) {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual} instead of ${expected} ± ${tolerance}`);
}

test("the seven photos: classes, outliers, massive tokens and sinks are the card's", async () => {
  const tally = new Tally();
  for (const {id, file} of listPhotoFiles().filter(({id}) => id in teacher)) {
    const student = await trace(engine, await squarePixels(join(imageFolder, file), engine));
    const {top, outliers} = teacher[id];
    assert.ok(top.includes(student.ranking[0]), `${id}: class ${student.ranking[0]} is not among the teacher's five`);
    const masks = outliers.map((tokens) => Uint8Array.from({length: 196}, (_, i) => (tokens.includes(i + 1) ? 1 : 0)));
    tally.add(student, {top: top[0], outliers: masks});
  }
  tally.assertEqual(measured.seven);
});

test("massive tokens and sinks appear in the middle layers, as in the teacher", () => {
  const {massive, sink, outliers} = measured.voc;
  const of = (name: string) => (measured.voc as unknown as Record<string, number[]>)[`${name}_teacher`];
  for (const l of layers) {
    near(massive[l], of("massive")[l], 0.1 * of("massive")[l], `norms in layer ${l + 1}`);
    near(sink[l], of("sink")[l], 0.1 * of("sink")[l], `sinks in layer ${l + 1}`);
    near(outliers[l], of("outliers")[l], 1 + 0.1 * of("outliers")[l], `outliers in layer ${l + 1}`);
  }
  assert.ok(massive[5] < 2 && massive[7] > 20 && sink[5] < 10 && sink[10] > 100);
});

test("the card's tables hold the numbers of measured.json", () => {
  const card = readFileSync(path("../../docs/models/mini.md"), "utf8");
  const {voc} = measured as unknown as {voc: Record<string, (number | null)[]>};
  for (const l of layers) {
    const digits = (value: number | null, n: number) => (value === null ? "–" : value.toFixed(n));
    const pair = (name: string, n: number) => `${digits(voc[name][l], n)} / ${digits(voc[`${name}_teacher`][l], n)}`;
    const row = [
      String(l + 1),
      digits(voc.cosine[l], 3),
      pair("outliers", 1),
      digits(voc.jaccard[l], 2),
      pair("massive", 1),
      pair("sink", 1)
    ];
    assert.ok(card.includes(`| ${row.join(" | ")} |`), row.join(" | "));
  }
  assert.ok(card.includes(`**Top-1 agreement with the teacher: ${(100 * measured.voc.top1).toFixed(1)} %.**`));
  for (const [name, ious] of Object.entries(measured.voc.iou)) {
    const row = Object.values(ious).map((iou) => iou.toFixed(1));
    assert.ok(card.includes(` | ${row.join(" | ")} |`), `${name}: ${row.join(" | ")}`);
  }
});

test("VOC's photos: agreement with the teacher, and mIoU of sclip and sfp, are the card's", {skip}, async (t) => {
  const folders = {student: path("../../data/models/mini"), teacher: teacherFolder};
  const [student, other] = await Promise.all(
    Object.values(folders).map(async (folder) => {
      const model = await openModel(folder);
      // The teacher has no lexicon of its own here, so both use that of mini, each with its own classifier.
      return {model, engine: openEngine(model, {device: "cpu"}), text: (await model.text(vocClasses)).vectors};
    })
  );
  t.after(() => Promise.all([student.engine.close(), other.engine.close()]));
  const tally = new Tally();
  const confusions = new Map<string, Confusion>();
  const table = Int16Array.from({length: 256}, (_, label) => (label > 0 && label <= 20 ? label - 1 : ignored));
  const names = readFileSync(join(vocFolder, "val.txt"), "utf8").trim().split(/\s+/);
  for (const name of everyPhoto ? names : names.filter((_, i) => i % 5 === 0)) {
    const pixels = await squarePixels(join(vocFolder, "JPEGImages", `${name}.jpg`), student.engine);
    const truth = squareLabels(await readMask(join(vocFolder, "SegmentationClassAug", `${name}.png`)));
    const {ranking, outliers, tokens} = await trace(other.engine, pixels);
    tally.add(await trace(student.engine, pixels), {top: ranking[0], outliers, tokens}, model.geometry.width);
    for (const method of ["sclip", "sfp"])
      for (const [who, {engine, text}] of Object.entries({student, teacher: other})) {
        const features = await denseFeatures(engine, pixels, method);
        const predicted = labelPixels(cosines({...features, grid: [14, 14]}, text), vocClasses.length);
        const key = `${method}.${who}`;
        if (!confusions.has(key)) confusions.set(key, new Confusion(vocClasses.length));
        confusions.get(key)!.add(truth, table, predicted);
      }
  }
  const expected = everyPhoto ? measured.voc : measured.sample;
  tally.assertEqual(expected);
  for (const [key, {counts, classes}] of confusions)
    for (const [name, iou] of Object.entries(expected.iou[key])) {
      if (name === "mean") continue;
      const c = vocClasses.indexOf(name);
      const line = (from: number, stride: number) =>
        Array.from({length: classes}, (_, i) => counts[from + i * stride]).reduce((a, b) => a + b);
      const both = counts[c * classes + c];
      near(
        (100 * both) / (line(c * classes, 1) + line(c, classes) - both),
        iou,
        everyPhoto ? 1 : 3,
        `${key}, IoU of ${name}`
      );
    }
});

/** The labels under a photo's middle square at 224 px, by nearest neighbour. */
function squareLabels({width, height, labels}: MaskFile): Uint8Array {
  const ratio = side / Math.min(width, height);
  const along = (length: number) => {
    const resized = Math.max(side, Math.floor(length * ratio + 0.5));
    const spare = resized - side;
    const start = spare % 2 ? 2 * Math.round(spare / 4) : spare / 2;
    return Array.from({length: side}, (_, i) =>
      Math.min(length - 1, Math.floor(((i + start + 0.5) * length) / resized))
    );
  };
  const columns = along(width);
  return Uint8Array.from(along(height).flatMap((y) => columns.map((x) => labels[y * width + x])));
}
