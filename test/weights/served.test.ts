/** What a site serves of weights that are shards, or PyTorch's file: one safetensors file with the same numbers. */
import assert from "node:assert/strict";
import {execFile} from "node:child_process";
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, test} from "node:test";
import {promisify} from "node:util";
import type {ModelEntry} from "../../components/live/catalog.js";
import {readFloats, readSafetensors} from "../../components/model/safetensors.js";
import {servedWeights} from "../../data/site/served.js";
import {familyBytes} from "../support/families.js";
import {stateDict} from "../support/torch-files.js";

const root = mkdtempSync(join(tmpdir(), "served-"));
after(() => rmSync(root, {recursive: true, force: true}));
const bytes = familyBytes("dinov2-reg4/original/model.safetensors");

function folderWith(name: string, files: Record<string, Uint8Array | string>): string {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
  return folder;
}

test("PyTorch's file and shards are served as safetensors, byte for byte; a safetensors file as it is", () => {
  const names = [...readSafetensors(bytes).tensors.keys()];
  const index = JSON.stringify({weight_map: Object.fromEntries(names.map((name) => [name, "one.safetensors"]))});
  const cases = {
    torch: {file: "pytorch_model.bin", files: {"pytorch_model.bin": stateDict(bytes)}},
    shards: {
      file: "model.safetensors.index.json",
      files: {"model.safetensors.index.json": index, "one.safetensors": bytes}
    }
  };
  const expected = readSafetensors(bytes);
  for (const [id, {file, files}] of Object.entries(cases)) {
    const found = {id, folder: folderWith(id, files), weights: file, source: "path"} as const;
    const served = servedWeights(found, join(root, "packed"));
    assert.equal(served, servedWeights(found, join(root, "packed")));
    const checkpoint = readSafetensors(new Uint8Array(readFileSync(served)));
    assert.deepEqual([...checkpoint.tensors.keys()].toSorted(), names.toSorted());
    for (const [name, tensor] of expected.tensors)
      assert.deepEqual(readFloats(checkpoint, checkpoint.tensors.get(name)!), readFloats(expected, tensor), name);
  }
  const folder = folderWith("own", {"model.safetensors": bytes});
  const own = {id: "own", folder, weights: "model.safetensors", source: "path"} as const;
  assert.equal(servedWeights(own), join(folder, "model.safetensors"));
});

test("a model that MODELS names by its folder or repository is listed, with the config that goes with its names", async () => {
  const openclip = folderWith("a.clip", {
    "open_clip_model.safetensors": familyBytes("openclip-gelu/openclip/model.safetensors"),
    "open_clip_config.json": familyBytes("openclip-gelu/openclip/open_clip_config.json"),
    "preprocessor_config.json": "{}"
  });
  folderWith("owner--name", {"model.safetensors": bytes});
  const env = {...process.env, SFP_MODELS: root, MODELS: `${openclip},owner/name`};
  const node = async (...args: string[]) =>
    (await promisify(execFile)(process.execPath, ["--import", "tsx", ...args], {env})).stdout;
  const entries = JSON.parse(await node("data/models/index.json.ts")) as ModelEntry[];
  assert.deepEqual(
    entries.map(({id, preprocessor}) => [id, preprocessor]),
    [
      ["mini", false],
      ["a.clip", true],
      ["owner--name", false]
    ]
  );
  const config = JSON.parse(await node("data/models/[model]/config.json.ts", "--model", "a.clip")) as object;
  assert.ok("model_cfg" in config);
});
