// What a built page's head brings before its code: places of figures, and the numbers that it begins with.
import assert from "node:assert/strict";
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {firstRecord} from "../../scripts/site/early.js";
import {completeHead} from "../../scripts/site/head.js";
import {measuredWidths, placesStyle} from "../../scripts/site/places.js";

test("each width has one rule for a block, and blocks that keep no place have none", () => {
  const style = placesStyle("page", {page: {390: [60, 0, 500], 1280: [40, 300, 0]}});
  const rules = [...style.matchAll(/@media screen and \(min-width:([\d.]+)px\) and \(max-width:([\d.]+)px\)/g)];
  assert.equal(rules.length, measuredWidths.length);
  for (const width of measuredWidths) {
    const fitting = rules.filter(([, from, to]) => width >= Number(from) && width <= Number(to));
    assert.equal(fitting.length, 1, `${width} px`);
  }
  assert.match(style, /nth-child\(3 of \.observablehq--block\):not\(:has\(\[data-drawn\]\)\)\{min-height:500px\}/);
  assert.equal([...style.matchAll(/min-height/g)].length, 4);
  assert.equal(placesStyle("other", {page: {}}), "");
});

test("a page with a photo asks for the first one's numbers in its head, once, and others for nothing", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "sfp-early-"));
  t.after(() => rmSync(folder, {recursive: true, force: true}));
  const html = (code: string) =>
    `<html><head><meta charset="utf-8"><meta name="sfp-models" content="m-1=lexicon mini=lexicon"><title>A</title></head>${code}</html>`;
  assert.equal(firstRecord(folder, html("siteFeed()")), undefined);
  mkdirSync(join(folder, "data/records/m-1/zebra"), {recursive: true});
  writeFileSync(join(folder, "data/records/m-1/zebra/summary.arrow.gz"), "");
  const early = firstRecord(folder, html("siteFeed()"));
  assert.equal(early, "records/m-1/zebra/summary.arrow.gz");
  assert.equal(firstRecord(folder, html("nothing")), undefined);
  const once = completeHead(html("siteFeed()"), {file: "a.html", early});
  assert.equal(once.match(/sfpEarly/g)?.length, 1);
  assert.equal(completeHead(once, {file: "a.html", early}).match(/sfpEarly/g)?.length, 1);
});
