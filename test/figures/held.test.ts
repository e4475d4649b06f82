/** What the words of figures list for an import of maps alone: nothing that it lacks. */
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import {heldMarks, heldStrokes} from "../../components/figures/frame/heldLegend.js";
import {withoutScores} from "../../components/figures/detectors/reading.js";
import {ringName} from "../../components/figures/frame/tokens.js";
import {guarded, offersTrunks} from "../../components/records/absent.js";
import {decodeRecord} from "../../components/records/arrow.js";
import {parseSelection} from "../../components/site/selection.js";
import {unpack} from "../../data/records/archive.js";

const record = decodeRecord(unpack(readFileSync("data/snapshots/vit-ti-16/coffee.zip"))["summary.arrow"]);
const without = (...absent: string[]) =>
  guarded({
    ...record,
    provenance: {...record.provenance, imported: {file: "x", sha256: "0", absent, heads: true, features: []}}
  });
const names = ["outlier", "repaired", "isolated", "highNorm"] as const;

test("legends list the marks and lines that a record can have", () => {
  assert.deepEqual(heldMarks(names, record), names);
  assert.deepEqual(heldMarks(names, without("purified")), ["outlier", "highNorm"]);
  assert.deepEqual(heldMarks(names, without("tokens", "purified")), ["outlier"]);
  assert.deepEqual(heldMarks(names, without("tokens", "purified tokens")), ["outlier", "repaired", "isolated"]);
  const labels = (...absent: string[]) => heldStrokes(without(...absent)).map(({label}) => label);
  assert.deepEqual([labels(), labels("purified")], [["without SOM", "with SOM"], ["without SOM"]]);
});

test("the bar offers the trunk with SOM where there is one, and a way back where there is none", () => {
  assert.ok(offersTrunks(record, "plain"));
  assert.ok(!offersTrunks(without("purified"), "plain"));
  assert.ok(offersTrunks(without("purified"), "purified"));
});

test("captions say of an import that it lacks what a detector needs, and do not speak of computing", () => {
  assert.equal(withoutScores(["LOF"], record), "LOF: not computed for this photo");
  assert.equal(withoutScores(["L2", "LOF"], without("tokens")), "L2, LOF: need what was not in the import");
  assert.equal(ringName(parseSelection("?rings=mad"), without("tokens")), "MAD needs what was not in the import");
});
