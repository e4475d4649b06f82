/** The reader's own test in figures: kept in the address, evaluated on a photo of the site, refused with a reason. */
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import {detectionsOf, detectorNotes, needOthers, presentIn} from "../../components/figures/detectors/reading.js";
import {ownTestOf} from "../../components/figures/frame/ownTest.js";
import {ringName, ringSet} from "../../components/figures/frame/tokens.js";
import {readLayer} from "../../components/charts/reading.js";
import {guarded} from "../../components/records/absent.js";
import {decodeRecord} from "../../components/records/arrow.js";
import type {ImageRecord} from "../../components/records/record.js";
import {makeView, type View} from "../../components/site/feed.js";
import {formatSelection, parseSelection, refusedIn} from "../../components/site/selection.js";
import {unpack} from "../../data/records/archive.js";

const record = decodeRecord(unpack(readFileSync("data/snapshots/vit-ti-16/astronaut.zip"))["summary.arrow"]);
const withFactor = "self < 1.5 * cls";
const search = (expr: string, more = "") => `?${new URLSearchParams({expr})}${more}`;

function viewOf(query: string, of: ImageRecord = record): View {
  const never = () => Promise.reject(new Error("not read here"));
  const source = {record: of, attention: never, headAttention: never, features: never, repairs: never};
  return makeView(parseSelection(query), {source, picture: {id: "astronaut", title: "Astronaut", image: null}});
}

const imported = guarded({
  ...record,
  provenance: {
    ...record.provenance,
    imported: {file: "x", sha256: "0", absent: ["tokens", "purified"], heads: true, features: []}
  }
});

test("an address keeps the expression, up to the length that is read", () => {
  const selection = parseSelection(search(withFactor));
  assert.equal(selection.detectors.expr, withFactor);
  assert.deepEqual(parseSelection(formatSelection(selection)), selection);
  assert.equal(formatSelection(parseSelection("?expr=")), "");
  const long = search(`cls > ${"1".repeat(400)}`);
  assert.equal(parseSelection(long).detectors.expr, "");
  assert.match(refusedIn(long)[0], /^expr=cls > 1.*\(406 characters\)$/);
});

test("Eq. 4 with a factor, written as an expression, is SOM in every layer", () => {
  for (let layer = 1; layer <= record.layers; ++layer) {
    const view = viewOf(search(withFactor, `&layer=${layer}&factor=1.5`));
    const found = detectionsOf(view);
    assert.deepEqual(found.expr?.outliers, found.som.outliers, `layer ${layer}`);
  }
});

test("it comes last, with a caption, and can be the set that rings show", () => {
  const view = viewOf(search("norm > 2 * median(norm)", "&rings=expr&layer=9"));
  const found = detectionsOf(view);
  assert.equal(presentIn(found).at(-1), "expr");
  assert.equal(detectorNotes(view.selection, ["expr"])[0], "Your test: norm > 2 * median(norm)");
  assert.deepEqual(ringSet(view, view.choice, readLayer(record, view.choice)), found.expr?.outliers);
  assert.match(ringName(view.selection, record), /your test, norm > 2/);
  assert.ok(!presentIn(detectionsOf(viewOf(""))).includes("expr"));
});

test("what cannot be read or evaluated is said, and the other detectors stay", () => {
  const refused: [string, RegExp][] = [
    ["cls >", /^column 6: /],
    ["self > 1 && s > 2", /^column 13: s is not known/],
    ["entropy > 0.5", /whole attention maps.*--detector/]
  ];
  for (const [expr, said] of refused) {
    const view = viewOf(search(expr));
    assert.match(ownTestOf(view.selection, record).problem, said);
    assert.equal(detectionsOf(view).expr, undefined);
    assert.ok(detectionsOf(view).som);
    assert.match(ringName({...view.selection, maps: {...view.selection.maps, rings: "expr"}}, record), /cannot/);
  }
  assert.deepEqual(ownTestOf(parseSelection(""), record), {problem: ""});
});

test("an import of maps alone refuses norms by name, and has the reader's test to compare SOM with", () => {
  assert.match(ownTestOf(parseSelection(search("norm > 2")), imported).problem, /^Not in the import: token norms/);
  assert.throws(() => needOthers(viewOf(search("norm > 2"), imported)), {name: "NotInImport"});
  const view = viewOf(search("margin > 0"), imported);
  needOthers(view);
  assert.deepEqual(presentIn(detectionsOf(view)), ["som", "expr"]);
  assert.match(ownTestOf(view.selection, imported, "purified").problem, /attention_purified/);
});
