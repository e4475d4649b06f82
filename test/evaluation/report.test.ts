/** The measured report: that its numbers follow from its counts, and its counts from the photos where they are there. */
import assert from "node:assert/strict";
import {existsSync, readFileSync} from "node:fs";
import {test} from "node:test";
import {mean} from "../../components/analysis/arrays.js";
import {areaTable, changedPixels, halvesOf, pooledIou, type AreasFile} from "../../components/analysis/measured.js";
import {areas, Confusion, scores} from "../../components/model/evaluation/metric.js";
import {segment} from "../../components/model/segmentation/segment.js";
import type {PixelBatch} from "../../components/model/segmentation/windows.js";
import {keyValues} from "../../components/analysis/options.js";
import {denseFeatures, openEngine, openModel} from "../../data/engine/index.js";
import {labelledAreas, measureImage} from "../../data/report/measure.js";
import {frequentTable, namesHash, photoNames, protocols} from "../../data/report/protocols.js";
import {areasText, readAreas, readSummary, reportFiles, summaryOf, summaryText} from "../../data/report/run.js";
import {found as foundOf} from "../../data/report/found.js";
import {methodRequest, variantsOf} from "../../data/report/variants.js";

const folder = "data/measured";
const root = "../shared/voc";
const {summary} = reportFiles(folder, "", "");
const {summary: study} = reportFiles(folder, "", "repair");
const stored = [...readSummary(summary), ...readSummary(study)];
const filesOf = stored.map((report) => {
  const {areas: path} = reportFiles(folder, report.provenance.model, report.protocol.name);
  return {report, path, file: readAreas(path)!};
});

test("names of variants are told apart, and comparisons are with variants that exist", () => {
  for (const model of [...Object.keys(foundOf), "another"])
    for (const protocol of model === "another" ? ["square"] : Object.keys(protocols)) {
      const variants = variantsOf(protocol, model);
      const ids = variants.map(({id}) => id);
      assert.equal(new Set(ids).size, ids.length);
      for (const {id, against} of variants)
        for (const other of against) assert.ok(ids.includes(other) && other !== id, `${id} against ${other}`);
    }
});

test("two halves hold every photo once", () => {
  const [selecting, confirming] = halvesOf(199, 1);
  assert.deepEqual([selecting.length, confirming.length], [100, 99]);
  assert.deepEqual(
    [...selecting, ...confirming].toSorted((a, b) => a - b),
    Array.from({length: 199}, (_, i) => i)
  );
  assert.notDeepEqual(
    [...selecting],
    [...selecting].toSorted((a, b) => a - b)
  );
});

test("the reports that pages need are there", () => {
  const keys = stored.map(({provenance, protocol}) => `${provenance.model} ${protocol.name}`);
  for (const key of ["vit-ti-16 square", "vit-ti-16 sliding", "mini square", "mini sliding"])
    assert.ok(keys.includes(key), key);
});

test("a pooled score is the metric's, on counts made up by hand", () => {
  const file = {
    protocol: {
      name: "",
      about: "",
      classes: [
        {name: "a", words: []},
        {name: "b", words: []},
        {name: "c", words: []}
      ]
    },
    labelled: [
      [0, 4, 1, 6],
      [1, 10]
    ],
    variants: {
      it: [
        [0, 3, 5, 1, 4, 5],
        [0, 0, 2, 1, 8, 8]
      ]
    }
  } as unknown as AreasFile;
  // a: 3 / (7 + 4 − 3); b: 12 / (13 + 16 − 12); c: nowhere.
  const near = (value: number, wanted: number) => assert.ok(Math.abs(value - wanted) < 1e-9, `${value}, not ${wanted}`);
  near(mean(pooledIou(areaTable(file, "it"), [0, 1])), (100 * (3 / 8 + 12 / 17)) / 2);
  near(mean(pooledIou(areaTable(file, "it"), [1, 1])), (100 * (16 / 20)) / 2);
  assert.equal(changedPixels([[0, 1, 5, 1, 2, 5]], [[0, 1, 7, 1, 2, 3]]), 2);
});

for (const {report, path, file} of filesOf) {
  const name = `${report.provenance.model}, ${report.protocol.name}`;

  test(`${name}: scores and intervals follow from the areas, with the same resamples`, () => {
    const variants = variantsOf(report.protocol.name, report.provenance.model);
    assert.equal(readFileSync(path, "utf8"), areasText(file, variants));
    assert.deepEqual(summaryOf(file, variants), report);
  });

  test(`${name}: mIoU is that of mmseg's metric`, () => {
    const {classes} = file.protocol;
    for (const {id, miou, classes: each} of report.rows) {
      const table = areaTable(file, id);
      const total = (values: Float64Array) =>
        Float64Array.from(classes, (_, c) =>
          values.filter((_v, k) => k % classes.length === c).reduce((a, b) => a + b, 0)
        );
      const found = scores({
        intersection: total(table.right),
        predicted: total(table.predicted),
        labelled: total(table.labelled)
      });
      assert.ok(Math.abs(found.miou - miou.value!) < 6e-4, id);
      found.iou.forEach((value, c) => assert.ok(Math.abs(value - each[c].value!) < 6e-4, `${id} ${classes[c].name}`));
    }
  });

  test(`${name}: counts are possible`, () => {
    for (const [id, rows] of Object.entries(file.variants)) {
      assert.equal(rows.length, file.images.count);
      rows.forEach((row, image) => {
        const labelled = file.labelled[image].filter((_, k) => k % 2 === 1).reduce((a, b) => a + b, 0);
        let predicted = 0;
        for (let k = 0; k < row.length; k += 3) {
          assert.ok(row[k + 1] <= row[k + 2], `${id} ${image}: more right than predicted`);
          predicted += row[k + 2];
        }
        assert.equal(predicted, labelled, `${id} ${image}: every labelled pixel is predicted once`);
      });
    }
  });
}

test("the summary is written as it is read", () => {
  for (const file of [summary, study]) assert.equal(readFileSync(file, "utf8"), summaryText(readSummary(file)));
});

const names = photoNames(root);
const subset = [0, 57, 123];
const few = ["block+som+hai", "literal+som", "clear", "sc-clip", "block+som+hai l0=8"];

for (const {report, file} of filesOf.filter(({report}) => report.protocol.name === "square"))
  test(
    `${report.provenance.model}: a few rows on a few photos are counted as stored, within 0.1 % of the pixels`,
    {skip: names ? false : `${root} is not there`},
    async () => {
      const {square} = protocols;
      assert.equal(namesHash(names!), file.images.names);
      const model = await openModel(report.provenance.model);
      assert.equal(model.hash, report.provenance.weights);
      const engine = openEngine(model, {device: "cpu", threads: 1});
      const chosen = variantsOf("square", model.id).filter(({id}) => few.includes(id));
      const text = (await model.text(square.classes.flatMap(({words}) => words))).vectors;
      const requests = chosen.map(methodRequest);
      const together = (windows: PixelBatch) => engine.features(requests, windows);
      try {
        for (const i of subset) {
          const subject = await square.subject(root, names![i], model.geometry);
          assert.deepEqual(labelledAreas(subject, square.classes.length), file.labelled[i]);
          const pixels = subject.labels.filter((label) => frequentTable()[label] !== 255).length;
          const found = await measureImage(together, model.geometry, text, square, subject);
          for (const [v, {id}] of chosen.entries())
            assert.ok(changedPixels([found[v]], [file.variants[id][i]]) <= pixels / 1000, `${id}, photo ${i}`);
        }
        // Sharing the trunk changes nothing: the same row through the engine that everything else uses.
        const subject = await square.subject(root, names![0], model.geometry);
        const {method, options} = chosen.find(({id}) => id === "block+som+hai")!;
        const {labels} = await segment({
          image: subject.image,
          colours: model.geometry,
          features: (windows) => denseFeatures(engine, windows, method, keyValues(options)),
          text,
          classes: square.classes,
          settings: square.settings
        });
        const confusion = new Confusion(square.classes.length);
        confusion.add(subject.labels, frequentTable(), labels);
        const alone = areas(confusion);
        const row = file.variants["block+som+hai"][0];
        for (let k = 0; k < row.length; k += 3) {
          const off = Math.abs(alone.predicted[row[k]] - row[k + 2]);
          assert.ok(off <= subject.labels.length / 1000, `class ${row[k]}: ${off} pixels`);
        }
      } finally {
        await engine.close();
      }
    }
  );

test("without the photos the command says so and fails", async () => {
  const {spawnSync} = await import("node:child_process");
  const {status, stderr} = spawnSync(
    process.execPath,
    ["--import", "tsx", "data/cli/sfp.ts", "report", "--root", "nowhere"],
    {
      encoding: "utf8"
    }
  );
  assert.equal(status, 1);
  assert.match(stderr, /nowhere\/val\.txt: there is no such file/);
  assert.ok(!existsSync("nowhere"));
});
