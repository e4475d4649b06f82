import assert from "node:assert/strict";
import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {PassThrough} from "node:stream";
import {test} from "node:test";
import {run} from "../../data/cli/models.js";
import {startHub} from "../support/hub-server.js";
import {duration, progressReport} from "../../data/hub/report.js";
import {configOf, huggingfaceFile, published} from "../support/text-layouts.js";

function streams() {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  return {stdout, stderr, out: () => String(stdout.read() ?? ""), err: () => String(stderr.read() ?? "")};
}

test("lists what there is, for people and as JSON, on stdout or in a file", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "sfp-cli-"));
  t.after(() => rm(folder, {recursive: true}));
  const io = streams();
  assert.equal(await run([], io), 0);
  assert.match(io.out(), /^clip-vit-b-16 .*CLIP ViT-B\/16/m);
  const file = join(folder, "models.json");
  assert.equal(await run(["list", "--json", "--out", file], io), 0);
  assert.equal(io.out(), "");
  const listed = JSON.parse(await readFile(file, "utf8")) as {id: string}[];
  assert.equal(listed[0].id, "clip-vit-b-16");
});

test("shows both towers' sizes of a folder", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "sfp-cli-"));
  t.after(() => rm(folder, {recursive: true}));
  const small = {
    ...published["clip-vit-b-16"],
    width: 64,
    heads: 1,
    layers: 2,
    textWidth: 64,
    textHeads: 2,
    textLayers: 3
  };
  const sizes = {...small, features: 32, vocabulary: 600};
  await writeFile(join(folder, "model.safetensors"), huggingfaceFile(sizes, {empty: true}));
  await writeFile(join(folder, "config.json"), JSON.stringify(configOf(sizes)));
  const io = streams();
  assert.equal(await run(["show", folder], io), 0);
  assert.match(
    io.out(),
    /image tower\n  width +64\n  heads +1\n[^]*text tower\n  width +64\n  heads +2\n[^]*vocabulary +600/
  );
  assert.equal(await run(["show", folder, "--json"], io), 0);
  const {geometry, text} = JSON.parse(io.out()) as Record<string, Record<string, number>>;
  assert.deepEqual([geometry.trainedGrid, geometry.features, text.layers, text.context], [14, 32, 3, 77]);
});

test("wrong words are told apart from work that failed", async () => {
  const usage = {name: "UsageError"};
  await assert.rejects(run(["fetch"], streams()), {
    ...usage,
    message: /models fetch is not known; known are list, get, show/
  });
  await assert.rejects(run(["get"], streams()), {...usage, message: /models get takes one model: clip-vit-b-16, /});
  await assert.rejects(run(["get", "nothing"], streams()), {...usage, message: /no model is called "nothing"/});
  await assert.rejects(run(["get", "mini"], streams()), {...usage, message: /comes with the project/});
  await assert.rejects(run(["list", "--revision", "x"], streams()), usage);
  await assert.rejects(run(["--wrong"], streams()), usage);
});

test("progress: a bar on a terminal, a line now and then without one", () => {
  const progress = {file: "model.safetensors", received: 30e6, total: 60e6, rate: 2e6, remaining: 15};
  for (const isTTY of [true, false]) {
    const stream = Object.assign(new PassThrough(), {isTTY});
    let time = 0;
    const report = progressReport(stream, () => time);
    report.onProgress(progress);
    report.onProgress(progress);
    time = 11_000;
    report.onProgress({...progress, received: 60e6});
    report.end();
    const text = String(stream.read());
    const line = "50 % of 60 MB, 2.0 MB/s, 15 s left (model.safetensors)";
    const last = "100 % of 60 MB, 2.0 MB/s (model.safetensors)";
    const [half, full] = ["█".repeat(12) + "░".repeat(12), "█".repeat(24)];
    assert.equal(text, isTTY ? `\r${half} ${line}\u001b[K\r${full} ${last}\u001b[K\n` : `${line}\n${last}\n`);
  }
});

test("durations are no more exact than an estimate is", () => {
  assert.deepEqual([0.2, 89, 100, 3600, 9000].map(duration), ["1 s", "89 s", "2 min", "60 min", "2 h 30 min"]);
});

test("a fetched model that does not work here is kept, and the exit status says so", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "sfp-cli-"));
  const hub = await startHub({
    "config.json": {body: Buffer.from("{}")},
    "model.safetensors": {body: Buffer.alloc(300, 1), large: true}
  });
  const before = {HF_ENDPOINT: process.env.HF_ENDPOINT, SFP_MODELS: process.env.SFP_MODELS};
  t.after(async () => {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    await Promise.all([hub.close(), rm(folder, {recursive: true})]);
  });
  Object.assign(process.env, {HF_ENDPOINT: hub.url, SFP_MODELS: folder});
  const io = streams();
  assert.equal(await run(["get", "owner/name"], io), 1);
  assert.match(io.out(), /fetched and verified[^]*does not work here: .*model\.safetensors/);
});
