/** What figures say of their numbers. */
import assert from "node:assert/strict";
import {test} from "node:test";
import {headSummary} from "../../components/analysis/summary.js";
import {contentTitle} from "../../components/figures/corpus/words.js";
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
