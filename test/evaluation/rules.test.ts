import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import {datasetNamed, datasetNames, datasets} from "../../components/model/evaluation/datasets.js";
import {ignored, invalid, labelTable} from "../../components/model/evaluation/label-rules.js";
import {classQueries, type ClassLists} from "../../components/model/evaluation/queries.js";
import {evaluationSettings, ownOptions} from "../../components/model/evaluation/settings.js";

const lists = JSON.parse(
  readFileSync(new URL("../../data/labels/classes.json", import.meta.url), "utf8")
) as ClassLists;

test("as-is: numbers are classes, 255 is ignored, others do not exist", () => {
  const table = labelTable("as-is", 21);
  assert.deepEqual([table[0], table[20], table[21], table[254], table[255]], [0, 20, invalid, invalid, ignored]);
});

test("reduce-zero: 0 is ignored, the others minus one, 255 stays ignored", () => {
  // mmseg: label[label == 0] = 255; label = label - 1; label[label == 254] = 255, on bytes.
  for (const classes of [19, 20, 59, 150]) {
    const table = labelTable("reduce-zero", classes);
    for (let value = 0; value < 256; ++value) {
      let label = value === 0 ? 255 : value;
      label -= 1;
      if (label === 254) label = 255;
      assert.equal(table[value], label === 255 ? ignored : label < classes ? label : invalid, `value ${value}`);
    }
  }
});

test("coco-stuff-ids: 171 classes in order, gaps and 255 apart", () => {
  const table = labelTable("coco-stuff-ids", 171);
  assert.deepEqual([table[0], table[10], table[12], table[89], table[91], table[181]], [0, 10, 11, 79, 80, 170]);
  assert.deepEqual([table[11], table[182], table[255]], [invalid, invalid, ignored]);
  assert.equal(new Set([...table].filter((value) => value >= 0 && value < 171)).size, 171);
});

test("coco-object-ids: things 1…80, stuff and unlabelled are background, nothing is ignored", () => {
  const table = labelTable("coco-object-ids", 81);
  assert.deepEqual([table[0], table[12], table[89], table[91], table[181], table[255]], [1, 12, 80, 0, 0, 0]);
  assert.ok(!table.includes(ignored));
  assert.equal(Math.max(...table), 80);
});

test("cityscapes-ids: 19 classes, everything else ignored", () => {
  const table = labelTable("cityscapes-ids", 19);
  assert.deepEqual([table[7], table[8], table[11], table[26], table[33]], [0, 1, 2, 13, 18]);
  assert.deepEqual([table[0], table[9], table[29], table[34]], [ignored, ignored, ignored, invalid]);
});

test("unknown rules and data sets are refused", () => {
  assert.throws(() => labelTable("other" as "as-is", 3), /invalid label rule: other/);
  assert.throws(() => datasetNamed("voc"), /no data set voc; known are voc21, /);
});

test("every benchmark has its classes and as many queries as were published", () => {
  const counts = {
    voc21: 56,
    context60: 60,
    object: 113,
    voc20: 30,
    context59: 59,
    stuff: 171,
    ade: 150,
    cityscapes: 19
  };
  for (const name of datasetNames)
    for (const wording of ["common", "SFP"] as const) {
      const classes = classQueries(lists, datasets[name], wording);
      assert.equal(classes.length, datasets[name].classes);
      assert.equal(classes.flatMap(({words}) => words).length, counts[name], `${name}, ${wording}`);
    }
});

test("names follow mmseg, words follow the repository", () => {
  const common = classQueries(lists, datasets.voc21);
  assert.deepEqual(common[0].name, "background");
  assert.deepEqual(common[4], {name: "boat", words: ["ship"]});
  assert.equal(common[0].words.length, 26);
  assert.equal(classQueries(lists, datasets.voc21, "SFP")[15].words[0], "people");
  assert.deepEqual(classQueries(lists, datasets.voc21, "ClearCLIP")[0].words, ["background"]);
  assert.deepEqual(classQueries(lists, datasets.voc20, "ClearCLIP")[14], {name: "person", words: ["person"]});
  assert.deepEqual(classQueries(lists, datasets.cityscapes, "SFP")[11], {name: "person", words: ["people"]});
});

test("settings are the published tables'", () => {
  const own = (method: string, name: keyof typeof datasets): unknown[] => {
    const {short, crop, stride, scale, probability, area, pamr} = evaluationSettings(method, datasets[name], "own");
    return [short, crop, stride, scale, probability, area, pamr];
  };
  assert.deepEqual(own("sclip", "voc21"), [336, 224, 112, 65, 0.1, 0.1, 0]);
  assert.deepEqual(own("sclip", "stuff"), [448, 224, 112, 40, 0, null, 0]);
  assert.deepEqual(own("naclip", "voc20"), [336, 0, 112, 40, 0, null, 10]);
  assert.deepEqual(own("naclip", "object"), [336, 224, 112, 40, 0.1, null, 10]);
  assert.deepEqual(own("sc-clip", "object"), [336, 224, 112, 55, 0.35, null, 0]);
  assert.deepEqual(own("sfp-released", "ade"), [384, 224, 112, 40, 0, null, 0]);
  assert.deepEqual(own("sfp", "ade"), [336, 224, 112, 40, 0, null, 0]);
  assert.deepEqual(own("sfp", "voc21"), [336, 224, 112, 50, 0.15, 0.1, 0]);
  assert.deepEqual(own("resclip", "voc21"), [336, 0, 112, 40, 0.1, null, 0]);
  assert.deepEqual(own("clearclip", "voc21"), [448, 448, 224, 50, 0.5, null, 0]);
  assert.deepEqual(own("clearclip", "cityscapes"), [448, 224, 224, 50, 0, null, 0]);
  assert.deepEqual(own("pearl", "voc21"), [336, 0, 112, 40, 0.1, null, 0]);
  assert.deepEqual(own("pearl", "voc20"), [336, 0, 112, 40, 0, null, 0]);
  assert.deepEqual(own("pearl", "cityscapes"), [560, 224, 112, 40, 0, null, 0]);
  assert.deepEqual(own("proxyclip", "object"), [336, 336, 112, 40, 0.25, null, 0]);
  assert.deepEqual(own("proxyclip", "cityscapes"), [448, 224, 112, 40, 0, null, 0]);
  assert.deepEqual(own("gla", "context60"), [336, 224, 112, 40, 0.1, null, 0]);
  const {padded, wording} = evaluationSettings("proxyclip", datasets.voc21, "own");
  assert.deepEqual([padded, wording], [56, "ProxyCLIP"]);
  assert.deepEqual(ownOptions("pearl", "ade", false), {alpha: 0.3});
  assert.deepEqual(ownOptions("pearl", "voc21", false), {});
  assert.deepEqual(ownOptions("gla", "voc21", false), {});
  assert.equal(ownOptions("gla", "voc21", true).dynamic_gamma, 30);
  assert.throws(() => own("cliptrase", "voc21"), /no settings of its own.*use alike/);
});

test("alike is one shell for every method", () => {
  const [a, b] = ["clearclip", "sfp"].map((method) => evaluationSettings(method, datasets.stuff, "alike"));
  assert.deepEqual(a, b);
  assert.deepEqual([a.short, a.crop, a.wording, a.pamr], [336, 224, "common", 0]);
  assert.equal(evaluationSettings("gem", datasets.cityscapes, "alike").short, 560);
});
