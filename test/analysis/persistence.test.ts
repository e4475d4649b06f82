import assert from "node:assert/strict";
import {suite, test} from "node:test";
import {
  lifetimes,
  onsets,
  persistence,
  spells,
  survival,
  transitions,
  type OutlierHistory
} from "../../components/analysis/persistence.js";
import {layerSummaries, outlierRaster} from "../../components/analysis/summary.js";
import type {ImageRecord, TrunkRecord} from "../../components/records/record.js";
import {assertClose, rowsOf, samples} from "../support/random.js";

/** A history from one string a patch, a character a layer. */
function history(...patches: string[]): OutlierHistory {
  const layers = patches[0]?.length ?? 0;
  const outliers = Array.from({length: layers}, (_, l) => patches.map((patch) => Number(patch[l] === "#"))).flat();
  return {layers, patches: patches.length, outliers};
}

const example = history(".##.#", "...##", ".....", "#####", "##...");
const random: OutlierHistory = {layers: 9, patches: 40, outliers: samples(30).mask(360, 0.4)};

suite("persistence", () => {
  test("onset and life", () => {
    assert.deepEqual([...onsets(example)], [1, 3, -1, 0, 0]);
    assert.deepEqual([...lifetimes(example)], [3, 2, 0, 5, 2]);
  });

  test("transitions", () => {
    assert.deepEqual(transitions(example), [
      {from: 0, kept: 2, births: 1, deaths: 0, persistence: 1},
      {from: 1, kept: 2, births: 0, deaths: 1, persistence: 2 / 3},
      {from: 2, kept: 1, births: 1, deaths: 1, persistence: 0.5},
      {from: 3, kept: 2, births: 1, deaths: 0, persistence: 1}
    ]);
    assert.equal(persistence(transitions(example)), 7 / 9);
    assert.ok(Number.isNaN(persistence(transitions(history("..", "..")))));
    assert.deepEqual(transitions(history("#")), []);
  });

  test("transitions add up", () => {
    const sets = rowsOf(random.outliers, 40).map((row) => row.filter(Boolean).length);
    for (const {from, kept, births, deaths} of transitions(random)) {
      assert.equal(kept + deaths, sets[from]);
      assert.equal(kept + births, sets[from + 1]);
    }
  });

  test("spells, the last ones censored", () => {
    assert.deepEqual(spells(history(".##.#", "##...")), [
      {patch: 0, onset: 1, length: 2, censored: false},
      {patch: 0, onset: 4, length: 1, censored: true},
      {patch: 1, onset: 0, length: 2, censored: false}
    ]);
    const lives = new Uint32Array(40);
    for (const {patch, length} of spells(random)) lives[patch] += length;
    assert.deepEqual(lives, lifetimes(random));
  });

  test("survival without censoring is the share that lasts longer", () => {
    const all = [1, 1, 2, 4].map((length, patch) => ({patch, onset: 0, length, censored: false}));
    assertClose(survival(all), [1, 0.5, 0.25, 0.25, 0]);
  });

  test("survival: a censored spell leaves the risk set without ending", () => {
    const all = [1, 2, 2, 3].map((length, patch) => ({patch, onset: 0, length, censored: patch === 1}));
    assertClose(survival(all), [1, 3 / 4, (3 / 4) * (2 / 3), 0]);
    assert.equal(survival([]).length, 0);
  });

  test("a permutation of the patches changes no count", () => {
    const order = samples(31).permutation(40);
    const moved = {...random, outliers: rowsOf(random.outliers, 40).flatMap((row) => order.map((i) => row[i]))};
    assert.deepEqual(transitions(moved), transitions(random));
    assertClose(survival(spells(moved)), survival(spells(random)));
    assert.deepEqual(
      [...onsets(moved)],
      order.map((i) => onsets(random)[i])
    );
  });
});

suite("summaries", () => {
  const {uniform, mask} = samples(34);
  const [layers, heads, patches] = [3, 2, 6];
  const trunk: TrunkRecord = {
    classRows: Float32Array.from(uniform(layers * heads * patches)),
    diagonals: Float32Array.from(uniform(layers * heads * patches)),
    classSelf: Float32Array.from(uniform(layers * heads)),
    norms: Float32Array.from(uniform(layers * (patches + 1))),
    repairedNorms: Float32Array.from(uniform(layers * (patches + 1))),
    outliers: Uint8Array.from([0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 0, 1]),
    isolated: mask(layers * patches, 0.1)
  };
  const record: ImageRecord = {
    image: "example",
    grid: [2, 3],
    prefix: {classToken: true, registers: 0},
    layers,
    heads,
    trunks: {plain: trunk, purified: trunk},
    provenance: {model: "", weights: "", device: "", method: "", options: [], versions: {}}
  };

  test("a row a layer", () => {
    const rows = layerSummaries(record, "plain");
    assert.deepEqual(
      rows.map(({layer, outliers, share, births, deaths}) => [layer, outliers, share, births, deaths]),
      [
        [0, 0, 0, 0, 0],
        [1, 3, 0.5, 3, 0],
        [2, 3, 0.5, 1, 1]
      ]
    );
    assert.ok(Number.isNaN(rows[0].outlierNorm));
    const norms = rowsOf(trunk.norms, 7)[1];
    assertClose([rows[1].outlierNorm], [(norms[1] + norms[3] + norms[6]) / 3]);
    assert.equal(rows[1].classNorm, norms[0]);
    assert.equal(rows[1].maxNorm, Math.max(...norms.slice(1)));
    const [first, second] = rowsOf(trunk.classRows, patches).slice(2, 4);
    assertClose([rows[1].classToOutliers], [(first[0] + first[2] + first[5] + second[0] + second[2] + second[5]) / 2]);
  });

  test("the raster", () => {
    const {patches: order, cells} = outlierRaster(example);
    assert.deepEqual([...order], [3, 4, 0, 1]);
    const drawn = Array.from(order, (patch) =>
      Array.from({length: 5}, (_, layer) => {
        const cell = cells.find((one) => one.patch === patch && one.layer === layer);
        return {normal: ".", born: "b", kept: "k", gone: "x"}[cell?.state ?? "normal"];
      }).join("")
    );
    assert.deepEqual(drawn, ["bkkkk", "bkx..", ".bkxb", "...bk"]);
    assert.deepEqual(outlierRaster(history("...")), {patches: new Uint32Array(), cells: []});
  });
});
