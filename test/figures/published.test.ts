// The table of published results: what stands in it, where, and how sure it is.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import {publishedRows, yearOf} from "../../components/figures/results/publishedRows.js";
import {benchmarks, type Published, type Since} from "../../components/figures/results/read.js";
import {records, timelineRows} from "../../components/figures/results/timeline.js";

const read = <T>(file: string): T => JSON.parse(readFileSync(file, "utf8")) as T;
const since = read<Since>("data/published-since.json");
const rows = publishedRows(read<Published>("data/published.json"), since);

test("a re-run stands below the row that it repeats, and says whose it is", () => {
  const at = rows.findIndex(({method, kind}) => method === "SFP" && kind === "paper");
  assert.equal(rows[at].V21, 63.9);
  const {kind, V21, source, sure} = rows[at + 1];
  assert.deepEqual([kind, V21, sure], ["rerun", 56.8, "own"]);
  assert.match(source!, /^PEARL, Table 1/);
  assert.equal(rows.filter((row) => row.kind === "rerun").length, since.reruns.rows.length);
});

test("one result that two sources print is one row", () => {
  assert.equal(rows.filter(({method}) => method === "ResCLIP").length, 1);
});

test("every row says where it was read; what is not certain is marked", () => {
  const sure = (method: string) => rows.find((row) => row.method === method)!.sure;
  assert.equal(sure("SFP"), "paper");
  assert.equal(sure("PEARL"), "own");
  assert.equal(sure("FreeCP"), "second-hand");
  assert.equal(sure("RF-CLIP"), "unverified");
  for (const row of rows.filter(({kind}) => kind !== "paper")) assert.ok(row.source, row.method);
});

test("means are as printed, or of the eight columns", () => {
  for (const row of rows) {
    const scores = benchmarks.map((key) => row[key]).filter((score) => score !== null);
    const whole = scores.length === 8;
    const mean = scores.reduce((sum, score) => sum + score, 0) / 8;
    // Printed means are of unrounded columns: GLA-CLIP on SCLIP is 0.11 off, as its note says.
    if (whole) assert.ok(Math.abs(row.mean! - mean) < 0.12, row.method);
    else assert.equal(row.mean, row.Avg, row.method);
  }
});

test("years are read from venues", () => {
  assert.equal(yearOf("CVPR 2026"), 2026);
  assert.equal(yearOf("arXiv 2411.15869"), 2024);
  assert.equal(yearOf("repository 2026"), 2026);
  assert.equal(yearOf("unknown"), null);
});

test("the timeline has training-free results on all eight benchmarks; the best so far only rises", () => {
  const results = timelineRows(rows);
  for (const {training_free, mean, year} of results) assert.ok(training_free && mean > 0 && year);
  const alone = records(results, "alone").map(({method}) => method);
  assert.deepEqual(alone, ["CLIP", "MaskCLIP", "SC-CLIP", "SFP"]);
  const means = records(results, "helped").map(({mean}) => mean);
  assert.deepEqual(
    means,
    means.toSorted((a, b) => a - b)
  );
});
