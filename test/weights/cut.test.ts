// Weights cut into parts, and what a build makes of them.
import assert from "node:assert/strict";
import {execFile} from "node:child_process";
import {createHash} from "node:crypto";
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test, type TestContext} from "node:test";
import {promisify} from "node:util";
import {partName, type ModelEntry} from "../../components/live/catalog.js";
import {cutWeights, partBytes, partNames} from "../../data/site/weights.js";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "sfp-weights-"));
  t.after(() => rmSync(folder, {recursive: true}));
  return folder;
}

test("every part's hash is that of its bytes, wherever the file ends", async (t) => {
  const file = join(temporary(t), "model.safetensors");
  // Longer than what is read at once, so that parts lie across reads.
  const bytes = Buffer.from(Uint8Array.from({length: 3_000_001}, (_, i) => (i * 2654435761) >>> 24));
  for (const length of [1_000_000, 1_000_003, 3_000_001, 4_000_000, 1 << 20]) {
    writeFileSync(file, bytes);
    const cut = await cutWeights(file, length);
    const parts = Array.from({length: Math.ceil(bytes.length / length)}, (_, i) =>
      sha256(bytes.subarray(i * length, (i + 1) * length))
    );
    assert.deepEqual(cut, {bytes: bytes.length, hash: sha256(bytes), partBytes: length, parts});
  }
});

test("a small file stays whole, a larger one has names of its own for its parts", (t) => {
  const file = join(temporary(t), "model.safetensors");
  writeFileSync(file, Buffer.alloc(partBytes));
  assert.deepEqual(partNames(file), ["model.safetensors"]);
  writeFileSync(file, Buffer.alloc(partBytes + 1));
  assert.deepEqual(partNames(file), ["weights-1.bin", "weights-2.bin"]);
  assert.ok(partBytes < 25 * 2 ** 20, "what Cloudflare Pages allows");
});

test("a build lists and writes the parts of a model, never the uncut file", async (t) => {
  const models = temporary(t);
  const folder = join(models, "large");
  mkdirSync(folder);
  const bytes = Buffer.alloc(partBytes + 1000, "weights, or what passes for them. ");
  writeFileSync(join(folder, "model.safetensors"), bytes);
  writeFileSync(join(folder, "tokenizer.json"), "{}");
  const env = {...process.env, SFP_MODELS: models, MODELS: "large"};
  const node = async (...args: string[]) =>
    (
      await promisify(execFile)(process.execPath, ["--import", "tsx", ...args], {
        env,
        encoding: "buffer",
        maxBuffer: 2 * partBytes
      })
    ).stdout;

  const index = JSON.parse((await node("data/models/index.json.ts")).toString()) as ModelEntry[];
  const entry = index.find(({id}) => id === "large")!;
  assert.deepEqual([entry.bytes, entry.hash, entry.tokenizer], [bytes.length, sha256(bytes), true]);
  assert.equal(index.find(({id}) => id === "mini")?.parts.length, 1);

  const list =
    "const {modelFiles} = await import('./data/site/shipped.ts'); console.log(JSON.stringify(await modelFiles({id: 'large', remote: false})))";
  const files = JSON.parse((await node("--input-type=module", "--eval", list)).toString()) as string[];
  assert.deepEqual(files, ["weights-1.bin", "weights-2.bin", "config.json", "tokenizer.json"]);

  const loader = "data/models/[model]/weights-[part].bin.ts";
  const written = await Promise.all(["1", "2"].map((part) => node(loader, "--model", "large", "--part", part)));
  assert.deepEqual(written.map(sha256), entry.parts);
  assert.ok(Buffer.concat(written).equals(bytes));
  assert.deepEqual(
    entry.parts.map((_, part) => partName(entry, part)),
    files.slice(0, 2)
  );
});

test("a build with a model that cannot be had ends before anything is written, in words", async (t) => {
  const models = temporary(t);
  mkdirSync(join(models, "own"));
  writeFileSync(join(models, "own", "model.safetensors"), "weights");
  const refused = [
    [["--with-model", "nosuch"], "", /^no model is called "nosuch"/],
    [["--with-model", "own@hub"], "", /^own@hub: .* no record of a download.*models get own` once/],
    [["--with-model", join(models, "none")], "", /^\/.*none: no such folder/],
    [["--with-model", "owner/name"], "", /^owner\/name is not here.*models get owner\/name/],
    [[], "nosuch:int8", /^no model is called "nosuch:int8"/]
  ] as const;
  for (const [args, named, message] of refused) {
    const env = {...process.env, SFP_MODELS: models, MODELS: named};
    const build = promisify(execFile)(process.execPath, ["--import", "tsx", "scripts/build.ts", ...args], {env});
    await assert.rejects(build, (error: Error & {stderr: string; stdout: string}) => {
      assert.match(error.stderr, message);
      assert.doesNotMatch(error.stderr, /\n\s+at /);
      return error.stdout === "";
    });
  }
});
