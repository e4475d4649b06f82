// Damaged analyses: a decoder gives what the types promise, or an Error that says what is wrong, soon.
import assert from "node:assert/strict";
import {test} from "node:test";
import {
  decodeAttention,
  decodeFeatures,
  decodeRecord,
  decodeRepairs,
  decodeWords,
  encodeAttention,
  encodeFeatures,
  encodeRecord,
  encodeRepairs,
  encodeWords
} from "../../components/records/arrow.js";
import type {AttentionMap, FeatureMap, ImageRecord, RepairSweep, TrunkRecord} from "../../components/records/record.js";
import {mutations} from "../support/mutate.js";

const [layers, heads, patches] = [2, 2, 4];
const tokens = patches + 1;

function trunk(): TrunkRecord {
  return {
    classRows: new Float32Array(layers * heads * patches).fill(0.1),
    diagonals: new Float32Array(layers * heads * patches).fill(0.2),
    classSelf: new Float32Array(layers * heads).fill(0.3),
    norms: new Float32Array(layers * tokens).fill(4),
    repairedNorms: new Float32Array(layers * tokens).fill(4),
    outliers: new Uint8Array(layers * patches),
    isolated: new Uint8Array(layers * patches)
  };
}

const record: ImageRecord = {
  image: "fuzz",
  grid: [2, 2],
  prefix: {classToken: true, registers: 0},
  layers,
  heads,
  trunks: {plain: trunk(), purified: trunk()},
  provenance: {model: "m", weights: "0", device: "d", method: "sfp", options: [], versions: {}}
};

const isMap = ({tokens: side, values}: AttentionMap) => values.length === side * side;
const isRecord = (read: ImageRecord) => {
  const count = read.grid[0] * read.grid[1];
  return Object.values(read.trunks).every(
    (side) =>
      side.classRows.length === read.layers * read.heads * count &&
      side.outliers.length === read.layers * count &&
      side.norms.length === read.layers * (count + 1)
  );
};

const readers: [name: string, bytes: Uint8Array, read: (bytes: Uint8Array) => boolean][] = [
  ["summary", encodeRecord(record), (bytes) => isRecord(decodeRecord(bytes))],
  [
    "attention",
    encodeAttention([{tokens, values: new Float32Array(tokens * tokens).fill(0.2)}], 90),
    (bytes) => decodeAttention(bytes).every(isMap)
  ],
  [
    "features",
    encodeFeatures({width: 8, values: new Float32Array(4 * 8).fill(1)}),
    (bytes) => {
      const {width, values}: FeatureMap = decodeFeatures(bytes);
      return width > 0 && values.length % width === 0;
    }
  ],
  [
    "words",
    encodeWords(["cat", "dog"], {width: 8, values: new Float32Array(2 * 8).fill(1)}),
    (bytes) => {
      const {words, vectors} = decodeWords(bytes);
      return vectors.values.length === words.length * vectors.width;
    }
  ],
  [
    "repairs",
    encodeRepairs(
      {
        outliers: new Uint8Array(layers * patches),
        largestNorms: new Float32Array(layers),
        medianNorms: new Float32Array(layers)
      },
      layers
    ),
    (bytes) => {
      const {largestNorms, medianNorms}: RepairSweep = decodeRepairs(bytes);
      return largestNorms.length === medianNorms.length;
    }
  ]
];

for (const [name, bytes, read] of readers) {
  test(`${name}: 600 damaged files are read or refused, each within a second`, () => {
    assert.ok(read(bytes));
    let refused = 0;
    for (const [i, damaged] of [...mutations(bytes, 600, 7)].entries()) {
      const start = performance.now();
      try {
        assert.ok(read(damaged), `file ${i} was read as something else`);
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        assert.equal((error as Error).constructor, Error, `file ${i}: ${String(error)}`);
        assert.match((error as Error).message, /^The file/, `file ${i}`);
        ++refused;
      }
      assert.ok(performance.now() - start < 1000, `file ${i} took too long`);
    }
    assert.ok(refused > 100, `${refused} were refused`);
  });
}
