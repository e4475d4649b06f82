/** One model in every format gives the same numbers; what a file may not do is refused by name. */
import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";
import {joinShards, readCheckpoint} from "../../components/model/formats/index.js";
import {shardNames} from "../../components/model/formats/shards.js";
import {readModel} from "../../components/model/model.js";
import {Engine} from "../../components/model/runtime.js";
import {readFloats, readSafetensors, writeSafetensors, type Checkpoint} from "../../components/model/safetensors.js";
import {cpu} from "../../data/engine/device.js";
import {expectedArrays, familyBytes, familyCases, familyConfig, familyPixels} from "../support/families.js";
import {relativeError} from "../support/golden.js";
import {archive, pickle, stateDict, tensor, torchScript} from "../support/torch-files.js";

const one = familyCases.find(({case: name}) => name === "dinov2-reg4")!;
const {weights, config} = one.models.find(({naming}) => naming === "original")!;
const file = familyBytes(weights);
const settings = familyConfig(config);
const pixels = familyPixels(expectedArrays(one).images);

async function final(checkpoint: Uint8Array | Checkpoint): Promise<Float32Array> {
  const engine = new Engine(readModel("tiny", checkpoint, settings), cpu(1));
  const results = await engine.run({method: "clip", grid: one.geometry.grid, outputs: ["final"]}, pixels);
  await engine.close();
  return results.final.data as Float32Array;
}

/** The tensors' values as another type's bytes. */
function doubles(from = file): Uint8Array {
  const checkpoint = readSafetensors(from);
  const header: Record<string, unknown> = {};
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const stored of checkpoint.tensors.values()) {
    const bytes = new Uint8Array(Float64Array.from(readFloats(checkpoint, stored)).buffer);
    header[stored.name] = {dtype: "F64", shape: stored.shape, data_offsets: [end, (end += bytes.length)]};
    parts.push(bytes);
  }
  const head = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  return new Uint8Array(Buffer.concat([length, head, ...parts]));
}

/** Two shards and their index. */
function shards(from = file) {
  const checkpoint = readSafetensors(from);
  const names = [...checkpoint.tensors.keys()];
  const half = (from: number, to: number) =>
    writeSafetensors(
      Object.fromEntries(
        names.slice(from, to).map((name) => {
          const stored = checkpoint.tensors.get(name)!;
          return [name, {shape: stored.shape, data: readFloats(checkpoint, stored)}];
        })
      )
    );
  const [a, b] = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
  const index = {weight_map: Object.fromEntries(names.map((name, i) => [name, i < 20 ? a : b]))};
  return {
    index,
    files: new Map([
      [a, half(0, 20)],
      [b, half(20, names.length)]
    ])
  };
}

describe("formats", () => {
  let expected: Float32Array;
  before(async () => {
    expected = await final(file);
  });
  after(() => {});
  const {index, files} = shards();
  const made: [string, () => Uint8Array | Checkpoint][] = [
    ["a state dict of PyTorch", () => stateDict(file)],
    ["a state dict under a key", () => stateDict(file, {under: "model"})],
    ["a state dict in a packed zip", () => stateDict(file, {level: 6})],
    ["a TorchScript archive", () => torchScript(file)],
    ["float64", doubles],
    ["shards", () => joinShards(index, "model.safetensors.index.json", files)]
  ];
  for (const [name, make] of made)
    test(name, async () => {
      assert.ok(relativeError(await final(make()), expected) <= 1e-6);
    });

  test("what is stored as it is, is not copied", () => {
    const bytes = stateDict(file);
    const checkpoint = readCheckpoint(bytes, "x.pth");
    assert.equal(checkpoint.bytes.buffer, bytes.buffer);
    assert.equal(checkpoint.more, undefined);
  });

  test("a strided tensor is put in order", () => {
    const values = new Uint8Array(Float32Array.from({length: 6}, (_, i) => i).buffer);
    const root = pickle.dict([["w", tensor("F32", "0", 6, [3, 2], [1, 3])]]);
    const checkpoint = readCheckpoint(archive(root, {"0": values}), "x.pth");
    assert.deepEqual([...readFloats(checkpoint, checkpoint.tensors.get("w")!)], [0, 3, 1, 4, 2, 5]);
  });
});

describe("every family in every naming and format holds the same numbers", () => {
  const formats: Record<string, (bytes: Uint8Array<ArrayBuffer>) => Checkpoint> = {
    "state dict": (bytes) => readCheckpoint(stateDict(bytes), "x.pth"),
    "packed state dict": (bytes) => readCheckpoint(stateDict(bytes, {under: "state_dict", level: 6}), "x.bin"),
    TorchScript: (bytes) => readCheckpoint(torchScript(bytes), "x.pt"),
    float64: (bytes) => readCheckpoint(doubles(bytes), "x.safetensors"),
    shards: (bytes) => {
      const {index: map, files: parts} = shards(bytes);
      return joinShards(map, "model.safetensors.index.json", parts);
    }
  };
  for (const {case: name, models} of familyCases)
    test(name, () => {
      for (const source of models) {
        const bytes = familyBytes(source.weights);
        const plain = readSafetensors(bytes);
        const {geometry} = readModel("tiny", bytes, familyConfig(source.config));
        for (const [format, read] of Object.entries(formats)) {
          const said = `${source.naming}, ${format}`;
          const found = read(bytes);
          assert.deepEqual([...found.tensors.keys()].toSorted(), [...plain.tensors.keys()].toSorted(), said);
          for (const [tensorName, stored] of plain.tensors) {
            const other = found.tensors.get(tensorName)!;
            assert.deepEqual([...other.shape], [...stored.shape], `${said}: ${tensorName}`);
            assert.deepEqual(readFloats(found, other), readFloats(plain, stored), `${said}: ${tensorName}`);
          }
          assert.deepEqual(readModel("tiny", found, familyConfig(source.config)).geometry, geometry, said);
        }
      }
    });
});

const {global, call, tuple, string, dict, int} = pickle;

describe("hostile and damaged files", () => {
  const hostile: [string, Uint8Array, RegExp][] = [
    ["os.system", call(global("posix", "system"), tuple(string("touch /tmp/owned"))), /asks for posix\.system/],
    ["eval", call(global("builtins", "eval"), tuple(string("1"))), /asks for builtins\.eval/],
    ["a class of one's own", dict([["args", global("argparse", "Namespace")]]), /asks for argparse\.Namespace/],
    ["modules outside TorchScript", global("__torch__.evil", "Module"), /asks for __torch__\.evil/],
    ["calling what is no call", call(global("torch", "FloatStorage"), tuple()), /calls torch\.FloatStorage/],
    ["numbers beyond the storage", dict([["w", tensor("F32", "0", 4, [1000, 1000])]]), /more than its storage/],
    ["numbers repeated", dict([["w", tensor("F32", "0", 4, [100, 100], [0, 0])]]), /repeats its numbers/],
    ["no tensors", dict([["epoch", int(3)]]), /no tensors/],
    ["missing numbers", dict([["w", tensor("F32", "7", 4, [4])]]), /are missing/]
  ];
  for (const [name, root, error] of hostile)
    test(name, () => {
      assert.throws(() => readCheckpoint(archive(root, {"0": new Uint8Array(16)}), "evil.pt"), error);
      assert.throws(() => readCheckpoint(archive(root, {"0": new Uint8Array(16)}), "evil.pt"), /^Error: evil\.pt: /);
    });

  test("files that are no weights at all", () => {
    const read = (text: string) => () => readCheckpoint(new TextEncoder().encode(text), "model.safetensors");
    assert.throws(read("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n"), /pointer of Git LFS/);
    assert.throws(read("<!DOCTYPE html><html><body>Sign in</body></html>"), /web page/);
    assert.throws(read('{"error": "Entry not found"}'), /JSON/);
  });

  test("an index that names files elsewhere, or tensors that are not there", () => {
    const names = (map: unknown) => () => shardNames({weight_map: map}, "i.json");
    assert.throws(names({w: "../../etc/passwd"}), /no file of weights beside it/);
    assert.throws(names({w: "/tmp/x.safetensors"}), /no file of weights beside it/);
    assert.throws(names({}), /no weight_map/);
    assert.throws(names({w: 3}), /no weight_map/);
    const {index, files} = shards();
    const more = {weight_map: {...index.weight_map, extra: "model-00001-of-00002.safetensors"}};
    assert.throws(() => joinShards(more, "i.json", files), /extra should lie in/);
    const [first] = files.keys();
    assert.throws(() => joinShards(index, "i.json", new Map([[first, files.get(first)!]])), /is missing/);
    const [name] = Object.keys(index.weight_map);
    const {[name]: _, ...fewer} = index.weight_map;
    assert.throws(() => joinShards({weight_map: fewer}, "i.json", files), new RegExp(`${name} lies in`));
  });

  test("types that nothing reads may be present", () => {
    const header = Buffer.from(
      JSON.stringify({
        a: {dtype: "F8_E4M3", shape: [4], data_offsets: [0, 4]},
        b: {dtype: "C64", shape: [1], data_offsets: [4, 12]}
      })
    );
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const {tensors} = readSafetensors(new Uint8Array(Buffer.concat([length, header, Buffer.alloc(12)])));
    assert.deepEqual([...tensors.keys()], ["a", "b"]);
  });

  test("whatever byte is wrong, a reader says so or reads tensors that lie in the file", () => {
    let state = 1;
    const random = (n: number) => (state = (state * 48271) % 2147483647) % n;
    for (const whole of [stateDict(file.slice()), torchScript(file)]) {
      // The pickle comes first and the directory last: what lies between is numbers.
      const places = [
        ...Array.from({length: 400}, () => random(6000)),
        ...Array.from({length: 200}, () => whole.length - 1 - random(4000))
      ];
      for (const at of places) {
        const bytes = whole.slice();
        bytes[at] = random(256);
        try {
          const {tensors, more} = readCheckpoint(bytes, "x.pt");
          for (const {offset, length, file: other} of tensors.values())
            assert.ok(offset + length <= (other === undefined ? bytes : more!.get(other)!).length);
        } catch (error) {
          assert.ok(
            error instanceof Error && error.message.startsWith("x.pt: ") && !(error instanceof assert.AssertionError),
            String(error)
          );
        }
      }
      for (const cut of [10, 100, 3000, whole.length - 10])
        assert.throws(() => readCheckpoint(whole.slice(0, cut), "x.pt"), /x\.pt/);
    }
  });
});
