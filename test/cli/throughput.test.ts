// `bench --throughput` on a tiny model with random weights: what it says adds up.
import assert from "node:assert/strict";
import {mkdtempSync, readdirSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, test} from "node:test";
import {run} from "../../data/cli/bench.js";
import type {Throughput} from "../../data/cli/throughput.js";
import {memory} from "../support/evaluation-fixtures.js";
import {tinyClip} from "../support/site-model.js";

const folder = mkdtempSync(join(tmpdir(), "sfp-bench-"));
after(() => rmSync(folder, {recursive: true, force: true}));
for (const [name, bytes] of Object.entries(tinyClip)) writeFileSync(join(folder, name), bytes);

test("images a second of three verbs, and how long the device computed", async () => {
  const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith("sfp-throughput-")).length;
  const before = left();
  const streams = memory();
  assert.equal(
    await run(["--throughput", "--images", "2", "--model", folder, "--device", "cpu", "--json"], streams),
    0
  );
  const {images, results} = JSON.parse(streams.out()) as {images: number; results: Throughput[]};
  assert.deepEqual([images, results.map(({verb}) => verb)], [2, ["analyze", "corpus", "evaluate"]]);
  for (const {verb, all, sessions, computing, rate, share} of results) {
    assert.ok(
      sessions > 0 && computing > 0 && sessions + computing <= all,
      `${verb}: ${sessions} + ${computing} of ${all}`
    );
    assert.ok(Math.abs(rate * (all - sessions) - 2000) < 1e-6, verb);
    assert.ok(Math.abs(share * (all - sessions) - computing) < 1e-6, verb);
  }
  assert.equal(left(), before, "its folder is removed");
});

test("--images without --throughput is refused", async () => {
  await assert.rejects(run(["--images", "2"], memory()), /--images goes with --throughput/);
});
