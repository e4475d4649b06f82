/** What figures say of their numbers. */
import assert from "node:assert/strict";
import {test} from "node:test";
import {rowWords} from "../../components/charts/reading.js";
import {headSummary} from "../../components/analysis/summary.js";
import {contentTitle, searchTitle} from "../../components/figures/corpus/words.js";
import {headsTitle} from "../../components/figures/heads/words.js";

/** A 2 × 2 grid in which every token attends to the class token, and a little to patch (2, 1). */
function classSink(tokens = 5) {
  const values = new Float32Array(tokens * tokens);
  for (let query = 0; query < tokens; ++query)
    values.set(
      Array.from({length: tokens}, (_, key) => (key === 0 ? 0.8 : key === 3 ? 0.11 : 0.03)),
      query * tokens
    );
  return {tokens, values};
}

test("the strongest sink is a patch, never the class token, and is named with its place", () => {
  const summary = headSummary(classSink(), [2, 2]);
  assert.equal(summary.sink, 2);
  assert.ok(Math.abs(summary.concentration - 0.11 / 0.03) < 1e-5);
  const title = headsTitle([[summary], null], 2);
  assert.match(title, /patch \(2, 1\) in layer 1, head 1: it receives about 3\.7 times what the median patch does/);
  assert.doesNotMatch(headsTitle([[summary], undefined], 2), /strongest/);
});

test("whichever side has more outliers, the difference is said as more", () => {
  const more = contentTitle("SOM, layer 8", [-0.142, -0.18, -0.1]);
  assert.match(
    more,
    /object patches are outliers more often than background patches, by 14\.2 points \[10\.0, 18\.0\]/
  );
  const less = contentTitle("SOM, layer 8", [0.142, 0.1, 0.18]);
  assert.match(
    less,
    /background patches are outliers more often than object patches, by 14\.2 points \[10\.0, 18\.0\]/
  );
  assert.match(contentTitle("MAD, layer 2", [-0.01, -0.03, 0.02]), /no difference/);
});

test("what was looked for is said with its place: rows and columns from 1", () => {
  const rows = {names: ["a", "b", "c"], grid: [4, 5]} as const;
  const query = {detector: "mad", layer: 7, patches: [6, 7, 11, 12], norm: 10} as const;
  assert.equal(
    searchTitle({rows, query, matches: [1, 2]}),
    "Layer 8: 2 of 3 photos have an outlier by MAD of at least 10 × the median norm in rows 2–3, columns 2–3"
  );
  assert.equal(
    searchTitle({rows, query: {...query, patches: [0], norm: 0}, matches: [1]}),
    "Layer 8: 1 of 3 photos has an outlier by MAD in row 1, column 1"
  );
});

test("without a class token, figures name what stands in for it", () => {
  const probe = {classToken: false, registers: 0};
  for (const [text, wanted] of [
    ["attention from the class token", "attention from the pooling probe"],
    ["the class token’s row", "the pooling probe’s row"],
    ["class − self", "probe − self"],
    ["class minus self", "probe minus self"],
    ["self is greater ← margin → class is greater", "self is greater ← margin → probe is greater"],
    ["the class of a word", "the class of a word"]
  ]) {
    assert.equal(rowWords(text, probe), wanted);
    assert.equal(rowWords(text, {classToken: true, registers: 4}), text);
    assert.equal(rowWords(text), text);
  }
});
