import assert from "node:assert/strict";
import {join} from "node:path";
import {after, before, test} from "node:test";
import {decodeAttention, decodeFeatures, decodeRecord, decodeRepairs} from "../../components/records/arrow.js";
import {indicesOf} from "../../components/analysis/detectors/detection.js";
import {historyOf, layerSummaries} from "../../components/analysis/summary.js";
import {fit} from "../../components/model/image/fit.js";
import {normalise} from "../../components/model/image/normalise.js";
import {readPicture} from "../../data/files/picture.js";
import {findModel} from "../../data/hub/index.js";
import {openEngine, openModel, type Engine, type LoadedModel} from "../../data/engine/index.js";
import {imageFolder} from "../../data/site/photos.js";
import {unpack} from "../../data/records/archive.js";
import {snapshotFile} from "../../data/site/snapshots.js";
import {computeEach, type Outcome} from "../../data/records/files.js";
import {readFileSync} from "node:fs";
import {relativeError} from "../support/golden.js";

const here = await findModel("vit-ti-16").then(
  () => true,
  () => false
);
const skip = here ? false : "vit-ti-16's weights are not here: npm run sfp -- models get vit-ti-16";

let model: LoadedModel;
let engine: Engine;
before(async () => {
  if (skip) return;
  model = await openModel("vit-ti-16");
  engine = openEngine(model, {device: "cpu"});
});
after(() => engine?.close());

/** ImageNet-1k's classes of cats: tabby, tiger cat, Persian, Siamese, Egyptian. */
const cats = [281, 282, 283, 284, 285];

test("the classifier sees a cat in chelsea.png", {skip}, async () => {
  const square = fit(await readPicture(join(imageFolder, "chelsea.png")), 16);
  const pixels = {dims: [1, 3, 224, 224] as const, data: normalise(square, model.geometry, "unit").data};
  const {logits} = await engine.run({method: "clip", grid: [14, 14], outputs: ["logits"]}, pixels);
  const scores = [...(logits.data as Float32Array)];
  assert.ok(cats.includes(scores.indexOf(Math.max(...scores))));
});

/** What the engine found when these were recorded; the photo, the resampling and the network all enter. */
const recorded = {
  plain: [0, 0, 0, 0, 0, 0, 3, 9, 76, 53, 121, 141],
  purified: [0, 0, 0, 0, 0, 0, 3, 9, 70, 31, 100, 167]
};

for (const trunk of ["plain", "purified"] as const)
  test(`outliers per layer of chelsea.png at 224 × 224, ${trunk} trunk, are those recorded`, () => {
    // Served from the snapshot, so that this holds without weights as well; the next test ties the two together.
    const record = decodeRecord(unpack(readFileSync(snapshotFile("vit-ti-16", "chelsea.zip")))["summary.arrow"]);
    assert.deepEqual(
      layerSummaries(record, trunk).map(({outliers}) => outliers),
      recorded[trunk]
    );
  });

test("the snapshot is what the model computes, and a photo beside it that fails stops nothing", {skip}, async () => {
  const subjects = ["missing.jpg", "coffee.png", "chelsea.png"].map((file) => ({
    id: file.split(".")[0],
    path: join(imageFolder, file)
  }));
  const outcomes = new Map<string, Outcome>();
  await computeEach(model, subjects, ({id}, outcome) => outcomes.set(id, outcome), {device: "cpu"});
  const missing = outcomes.get("missing")!;
  assert.ok("failure" in missing && missing.failure.message.includes("missing.jpg"));
  const [coffee, chelsea] = ["coffee", "chelsea"].map((id) => outcomes.get(id)!);
  assert.ok("files" in coffee && "files" in chelsea);
  assert.equal(decodeRecord(coffee.files["summary.arrow"]).image, "coffee");
  const fresh = chelsea.files;
  const stored = unpack(readFileSync(snapshotFile("vit-ti-16", "chelsea.zip")));
  assert.deepEqual(Object.keys(fresh).toSorted(), Object.keys(stored).toSorted());
  const [a, b] = [decodeRecord(fresh["summary.arrow"]), decodeRecord(stored["summary.arrow"])];
  assert.equal(a.provenance.weights, b.provenance.weights);
  for (const trunk of ["plain", "purified"] as const) {
    for (const name of ["classRows", "diagonals", "classSelf", "norms", "repairedNorms"] as const)
      assert.ok(relativeError(a.trunks[trunk][name], b.trunks[trunk][name]) <= 1e-4, `${trunk} ${name}`);
    // Another processor may round a tie of a_ii and a_ci the other way: one patch in a thousand.
    const [one, two] = [historyOf(a, trunk).outliers, historyOf(b, trunk).outliers];
    const different = indicesOf(Uint8Array.from(one, (v, i) => (v === two[i] ? 0 : 1)));
    assert.ok(different.length <= one.length / 1000, `${trunk}: ${different.length} patches differ`);
    const [x, y] = [fresh, stored].map((files) => decodeAttention(files[`attention-${trunk}.arrow`]));
    x.forEach((map, l) => assert.ok(relativeError(map.values, y[l].values) <= 2e-2, `${trunk} attention ${l + 1}`));
  }
  for (const name of Object.keys(fresh).filter((file) => file.startsWith("features-")))
    assert.ok(relativeError(decodeFeatures(fresh[name]).values, decodeFeatures(stored[name]).values) <= 2e-2, name);
  assert.ok(
    relativeError(
      decodeRepairs(fresh["repairs.arrow"]).largestNorms,
      decodeRepairs(stored["repairs.arrow"]).largestNorms
    ) <= 1e-3
  );
});
