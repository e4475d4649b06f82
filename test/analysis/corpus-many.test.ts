// Collections that are too large to keep: sums, shards, interruptions and rows, on made-up images.
import assert from "node:assert/strict";
import {appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, test} from "node:test";
import {parquetReadObjects} from "hyparquet";
import {distributionQuantile, shareAbove} from "../../components/analysis/corpus/distribution.js";
import {normCode, normOfCode, type ImageFacts} from "../../components/analysis/corpus/facts.js";
import {indicesOf} from "../../components/analysis/detectors/detection.js";
import {corpusRows, rectangle, searchRows} from "../../components/analysis/corpus/rows.js";
import {CorpusSum, mostKept} from "../../components/analysis/corpus/sum.js";
import type {Bounds, CorpusSummary} from "../../components/analysis/corpus/summary.js";
import {decodeRows, encodeRows} from "../../components/exchange/corpusRows.js";
import {CorpusLog, joinHeads, joinImages, type CorpusHead} from "../../data/records/corpus-log.js";
import {openRows} from "../../data/records/corpus-rows.js";
import {factsProvenance, madeFacts} from "../support/corpus-facts.js";

const folder = mkdtempSync(join(tmpdir(), "sfp-corpus-"));
after(() => rmSync(folder, {recursive: true}));

const small = {layers: 2, side: 4};
const images = Array.from({length: 300}, (_, place) => madeFacts(place, small));

function summed(all: readonly ImageFacts[], total: number): CorpusSummary {
  const sum = new CorpusSum("made up", total, {resamples: 1000});
  for (const facts of all) sum.add(facts);
  return sum.summary();
}

test("sums without the images estimate the same, with intervals as wide as the bootstrap's", () => {
  const [all, sums] = [summed(images, images.length), summed(images, mostKept + 1)];
  assert.equal(sums.intervals, "normal");
  assert.equal(sums.each, undefined);
  assert.deepEqual(sums.places, all.places);
  assert.deepEqual(sums.onsets, all.onsets);
  const everyBound = ({meanCounts, border, texture, objects, agreement, measures}: CorpusSummary): Bounds[] => [
    ...meanCounts.plain,
    ...border.mad!.flat(),
    ...texture.som.flat(),
    ...objects!.som.flatMap(({object, background, difference}) => [object, background, difference]),
    ...agreement.flat().flatMap(({jaccard, rank}) => [jaccard, rank]),
    ...Object.values(measures!).flat()
  ];
  const pairs = everyBound(all).map((bound, i) => [bound, everyBound(sums)[i]] as const);
  assert.ok(pairs.length > 70);
  for (const [[estimate, low, high], [other, lower, upper]] of pairs) {
    assert.equal(other, estimate);
    const width = high! - low!;
    assert.ok(Math.abs(lower! - low!) < 0.15 * width, `${low} and ${lower}, of a width of ${width}`);
    assert.ok(Math.abs(upper! - high!) < 0.15 * width, `${high} and ${upper}, of a width of ${width}`);
  }
});

test("histograms have the lists' quantiles, to three digits where norms are counted", () => {
  const [all, sums] = [summed(images, images.length), summed(images, mostKept + 1)];
  for (const p of [0, 0.05, 0.25, 0.5, 0.777, 0.95, 1]) {
    assert.equal(distributionQuantile(sums.counts.plain[1], p), distributionQuantile(all.counts.plain[1], p));
    const [exact, rounded] = [all, sums].map(({lengths}) => distributionQuantile(lengths.plain[1], p));
    assert.ok(Math.abs(rounded / exact - 1) < 0.0051, `${rounded} for ${exact}`);
  }
  assert.equal(shareAbove(sums.counts.plain[1], 2), shareAbove(all.counts.plain[1], 2));
});

const head = (index: number, of: number, total = images.length): CorpusHead => ({
  name: "made up",
  total,
  list: "list",
  shard: {index, of},
  provenance: factsProvenance
});

async function writeShard(path: string, index: number, of: number, most = Infinity): Promise<number> {
  const log = await CorpusLog.open(path, head(index, of), () => {});
  const own = [...images.keys()].filter((place) => place % of === index - 1);
  for (const place of own.slice(log.done).slice(0, most)) log.append({place, facts: images[place]});
  return log.done;
}

test("shards in any order make exactly the whole, and an interrupted one goes on", async () => {
  const files = [1, 2, 3].map((index) => join(folder, `shard-${index}`));
  await writeShard(files[0], 1, 3);
  await writeShard(files[1], 2, 3, 40);
  appendFileSync(files[1], '{"place":121,"image":"cut of');
  assert.equal(await writeShard(files[1], 2, 3), 40, "what was written whole is kept");
  await writeShard(files[2], 3, 3);
  const order = [files[2], files[0], files[1]];
  const joined = joinHeads([head(3, 3), head(1, 3), head(2, 3)]);
  for (const total of [images.length, mostKept + 1]) {
    const sum = new CorpusSum("made up", total, {resamples: 50});
    for await (const facts of joinImages(order, joined)) sum.add(facts);
    const whole = new CorpusSum("made up", total, {resamples: 50});
    for (const facts of images) whole.add(facts);
    assert.equal(JSON.stringify(sum.summary()), JSON.stringify(whole.summary()));
  }
});

test("what is no whole is refused by name", async () => {
  assert.throws(() => joinHeads([head(1, 3), head(3, 3)]), /Shard 2 of 3 is missing/);
  assert.throws(() => joinHeads([head(1, 2), head(1, 2)]), /Shard 1 of 2 comes twice/);
  assert.throws(() => joinHeads([head(1, 2), head(2, 2, 7)]), /different corpora/);
  const other = {...head(2, 2), provenance: {...factsProvenance, weights: "1"}};
  assert.throws(() => joinHeads([head(1, 2), other]), /different weights/);
  const half = join(folder, "half");
  await writeShard(half, 1, 1, 4);
  const joining = joinImages([half], head(1, 1));
  for (let place = 0; place < 4; ++place) await joining.next();
  await assert.rejects(joining.next(), /Image 5 is in none of these shards/);
  await assert.rejects(
    CorpusLog.open(half, {...head(1, 1), list: "another"}, () => {}),
    /its list differs/
  );
  writeFileSync(half, "a picture, say\n");
  await assert.rejects(
    CorpusLog.open(half, head(1, 1), () => {}),
    /another kind of file/
  );
  const odd = madeFacts(0, {layers: 3, side: 4});
  assert.throws(() => summed([images[0], odd], 2), /image-0 has 3 layers of 4 × 4 patches/);
});

test("rows come back from their Arrow file, and are searched as a loop over images would", () => {
  const rows = corpusRows("made up", images);
  const read = decodeRows(encodeRows(rows));
  assert.deepEqual(read, {...rows, names: [...rows.names]});
  const patches = rectangle([4, 4], 5, 2);
  assert.deepEqual(patches, [1, 2, 5, 6]);
  const {places, matches} = searchRows(read, {detector: "mad", layer: 1, patches, norm: 3});
  const has = (facts: ImageFacts, patch: number) =>
    facts.sets.mad![16 + patch] === 1 && facts.norms![16 + patch] >= normCode(3);
  for (let patch = 0; patch < 16; ++patch)
    assert.equal(places[patch], images.filter((facts) => has(facts, patch)).length);
  const expected = images.flatMap((facts, image) => (patches.some((patch) => has(facts, patch)) ? [image] : []));
  assert.ok(expected.length > 10 && expected.length < 290);
  assert.deepEqual(
    matches.map(({image}) => image).toSorted((a, b) => a - b),
    expected
  );
  for (const [i, {image, largest}] of matches.entries()) {
    const own = patches.filter((patch) => has(images[image], patch));
    assert.equal(largest, normOfCode(Math.max(...own.map((patch) => images[image].norms![16 + patch]))));
    assert.ok(i === 0 || largest <= matches[i - 1].largest);
  }
  assert.throws(() => decodeRows(new Uint8Array(4)), /not an Arrow file/);
});

test("a norm's code is within 2.2 % of it", () => {
  for (let norm = 0.01; norm < 240; norm *= 1.037) assert.ok(Math.abs(normOfCode(normCode(norm)) / norm - 1) < 0.022);
  assert.deepEqual([normCode(0), normCode(1e9), normCode(1)], [0, 255, 128]);
});

test("rows go to Parquet whole or not at all, come back from it, and other names are refused", async () => {
  const path = join(folder, "rows.parquet");
  const file = openRows(path, "made up", images.length);
  for (const facts of images) file.add(facts);
  assert.throws(() => readFileSync(path), /ENOENT/);
  file.finish();
  const bytes = readFileSync(path);
  assert.equal(bytes.toString("latin1", 0, 4), "PAR1");
  assert.equal(bytes.toString("latin1", bytes.length - 4), "PAR1");
  const read = await parquetReadObjects({file: new Uint8Array(bytes).buffer});
  const {layers} = images[0];
  assert.equal(read.length, images.length * layers);
  for (const [at, row] of read.entries()) {
    const facts = images[Math.floor(at / layers)];
    const layer = at % layers;
    assert.deepEqual([row.image, row.layer], [facts.image, layer + 1]);
    assert.equal(row.outliers_purified, facts.counts.purified?.[layer] ?? null);
    const own = facts.sets.mad!.subarray(16 * layer, 16 * layer + 16);
    assert.deepEqual(row.set_mad, indicesOf(own));
    const largest = facts.measures?.largest[layer] ?? facts.lengths.plain?.[layer];
    assert.equal(row.largest, largest === undefined || Number.isNaN(largest) ? null : largest);
  }
  assert.throws(() => openRows(join(folder, "rows.csv"), "made up", 1), /\.parquet .*or \.arrow/);
  assert.throws(() => openRows(join(folder, "rows.arrow"), "made up", 50_000), /20000 images/);
});
