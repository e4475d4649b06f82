/** High-norm tokens beside outlier sets, on the committed analyses of the site's photos. */
import {median} from "../../components/analysis/arrays.js";
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import {detectLayer} from "../../components/analysis/detectors/layer.js";
import {readLayer, relativeNorms, maximum} from "../../components/charts/reading.js";
import {marks} from "../../components/charts/marks.js";
import {highNormWords, ringName, ringSet, tokenMarks} from "../../components/figures/frame/tokens.js";
import {decodeFeatures, decodeRecord} from "../../components/records/arrow.js";
import {Lexicon, type LexiconFile} from "../../components/model/lexicon.js";
import {classOfQueries, parseLabels} from "../../components/model/segmentation/labels.js";
import {cosines} from "../../components/model/segmentation/scores.js";
import {parseSelection} from "../../components/site/selection.js";
import {unpack} from "../../data/records/archive.js";

const choice = {trunk: "plain", head: "mean", factor: 1, cap: 0} as const;
const archive = (image: string) => unpack(readFileSync(`data/snapshots/vit-ti-16/${image}.zip`));
const recordOf = (image: string) => decodeRecord(archive(image)["summary.arrow"]);

/** Patches of a mark, ascending. */
function places(image: string, layer: number, mark: string, search = ""): number[] {
  const view = {record: recordOf(image), selection: parseSelection(search)};
  return tokenMarks(view, {...choice, layer: layer - 1})
    .filter((placed) => placed.mark === mark)
    .map(({patch}) => patch);
}

test("high-norm tokens have a mark of their own where Eq. 4 finds something else", () => {
  assert.deepEqual(places("astronaut", 9, "highNorm"), [0, 13, 182, 195]);
  assert.equal(places("astronaut", 9, "outlier").length, 8);
  assert.ok(places("astronaut", 9, "outlier").every((patch) => ![0, 13, 182, 195].includes(patch)));
  assert.deepEqual(places("astronaut", 6, "highNorm"), [], "no norm stands out before layer 8");
});

test("the mark is no other's in colour, nor in shape", () => {
  const {highNorm, ...others} = marks;
  for (const mark of Object.values(others)) {
    assert.notEqual(mark.shape, highNorm.shape);
    assert.ok(distance(mark.colour, highNorm.colour) > 0.06, `${mark.label} looks like a high-norm token`);
  }
  assert.ok(distance(marks.outlier.colour, highNorm.colour) > 0.2, "far from the red ring");
});

/** How far two colours are apart for a reader with deuteranopia: in linear RGB, after Viénot, Brettel and Mollon (1999). */
function distance(a: string, b: string): number {
  const [p, q] = [a, b].map((colour) => {
    const [r, g, blue] = [1, 3, 5].map((at) => (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2);
    return [0.29275 * r + 0.70725 * g, 0.29275 * r + 0.70725 * g, -0.02234 * r + 0.02234 * g + blue];
  });
  return Math.hypot(...p.map((value, i) => value - q[i]));
}

test("a title says whether Eq. 4 finds the high-norm tokens", () => {
  const words = (image: string, layer: number) =>
    highNormWords(readLayer(recordOf(image), {...choice, layer: layer - 1}));
  assert.equal(words("astronaut", 9), "Eq. 4 misses all 4 high-norm tokens");
  assert.equal(words("china", 8), "Eq. 4 finds 1 of 4 high-norm tokens");
  assert.equal(words("flower", 8), "Eq. 4 finds all 4 high-norm tokens");
  assert.equal(words("china", 3), "");
});

test("the selection says whose set the rings are", () => {
  const record = recordOf("astronaut");
  for (const id of ["l2", "lof", "mad"] as const) {
    const selection = parseSelection(`?rings=${id}`);
    const {outliers} = detectLayer(record, "plain", 8, {l2: {count: 10}})[id]!;
    const place = {...choice, layer: 8};
    assert.deepEqual(ringSet({record, selection}, place, readLayer(record, place)), outliers);
    assert.equal(ringName(selection, record), `outlier by ${id.toUpperCase()}`);
  }
  assert.equal(ringName(parseSelection(""), record), "outlier by Eq. 4 (SOM)");
  assert.equal(ringName(parseSelection("?rings=nobody"), record), "outlier by Eq. 4 (SOM)");
  const {scores: _, ...plain} = record.trunks.plain;
  const without = {...record, trunks: {...record.trunks, plain}};
  assert.match(ringName(parseSelection("?rings=lof"), without), /not computed/);
});

test("the first photo and layer show the effect: few rings, the high-norm tokens among them, and SOM ends them", () => {
  const {image, layer} = parseSelection("");
  const record = recordOf(image);
  const reading = readLayer(record, {...choice, layer: layer - 1});
  assert.ok(reading.count <= reading.outliers.length / 4, `${reading.count} rings`);
  assert.match(highNormWords(reading), /finds all/);
  const unit = median(relativeNorms(record, "plain", layer - 1, 1));
  assert.ok(maximum(relativeNorms(record, "plain", layer - 1, unit)) > 20);
  assert.ok(maximum(relativeNorms(record, "purified", layer - 1, unit, true)) < 2);
  // And its masks have more than one class, by SFP and by plain CLIP's way alike.
  const shares = ["vis", "clip"].map((stage) => classShares(image, stage));
  for (const found of shares) assert.ok(found.filter((share) => share > 0.05).length >= 2, found.join(" "));
});

/** The share of patches of each class, for the words that suit the photo. */
function classShares(image: string, stage: string): number[] {
  const files = archive(image);
  const words = (JSON.parse(readFileSync("data/images/words.json", "utf8")) as Record<string, string>)[image];
  const lexicon = new Lexicon(
    decodeFeatures(readFileSync("data/snapshots/vit-ti-16/classifier.arrow")),
    JSON.parse(readFileSync("data/models/mini/lexicon.json", "utf8")) as LexiconFile
  );
  const classes = parseLabels(words);
  const {vectors} = lexicon.vectors(classes.flatMap(({words: synonyms}) => synonyms));
  const {grid} = decodeRecord(files["summary.arrow"]);
  const {width, values} = decodeFeatures(files[`features-${stage}.arrow`]);
  const owners = classOfQueries(classes);
  const scores = cosines({grid, width, data: values}, vectors);
  const counts = classes.map(() => 0);
  const patches = grid[0] * grid[1];
  for (let i = 0; i < patches; ++i) {
    const row = scores.subarray(i * owners.length, (i + 1) * owners.length);
    counts[owners[row.indexOf(Math.max(...row))]] += 1 / patches;
  }
  return counts;
}
