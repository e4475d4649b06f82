/** Attention from files that were opened in the page: what figures read of it, and what is refused by name. */
import assert from "node:assert/strict";
import {test} from "node:test";
import {sourceOf} from "../../components/exchange/record.js";
import {dumpFiles} from "../../components/live/panel/dump.js";
import {readDumpFiles} from "../../components/live/worker/dumpFiles.js";
import {writeNpy, writeNpz} from "../../components/exchange/npy.js";
import {writeSafetensors} from "../../components/model/safetensors.js";

const [layers, heads, tokens] = [2, 2, 10];

/** Rows of positive numbers that sum to one. */
function attention(change: (values: Float32Array) => void = () => {}) {
  const data = Float32Array.from({length: layers * heads * tokens * tokens}, (_, i) => 1 + Math.sin(i));
  for (let row = 0; row < data.length; row += tokens) {
    const part = data.subarray(row, row + tokens);
    const total = part.reduce((a, b) => a + b);
    part.forEach((value, i) => (part[i] = value / total));
  }
  change(data);
  return {shape: [layers, heads, tokens, tokens], data};
}

const file = (name: string, bytes: Uint8Array) => new File([bytes as Uint8Array<ArrayBuffer>], name);
const npz = (tensor = attention()) => file("my model.npz", writeNpz({attention: writeNpy(tensor)}));

test("a dump is told from a model and a photo", async () => {
  const dump = file("a.safetensors", writeSafetensors({attention: attention()}));
  const model = file(
    "b.safetensors",
    writeSafetensors({"blocks.0.attn.qkv.weight": {shape: [1], data: new Float32Array(1)}})
  );
  const photo = file("c.jpg", new Uint8Array(3));
  const arrays = npz();
  assert.deepEqual(await dumpFiles([dump, model, photo, arrays]), [dump, arrays]);
});

test("figures read it as any record; what it lacks is said", async () => {
  for (const files of [[npz()], [file("attention.npy", writeNpy(attention()))]]) {
    const {read} = await readDumpFiles(files);
    const source = sourceOf(read);
    const {record} = source;
    assert.deepEqual([record.layers, record.heads, [...record.grid]], [layers, heads, [3, 3]]);
    assert.match(record.provenance.model, /^(my-model|attention)$/);
    assert.match(record.provenance.weights, /^[0-9a-f]{64}$/);
    const mean = await source.attention("plain", 1);
    const each = await source.headAttention("plain", 1);
    assert.equal(each.length, heads);
    assert.ok(Math.abs(mean.values[5] - (each[0].values[5] + each[1].values[5]) / 2) < 1e-6);
    assert.throws(() => record.trunks.plain.norms, /Not in the import: token norms/);
    await assert.rejects(source.attention("purified", 0), /attention_purified/);
    await assert.rejects(source.repairs(), /Not in the import/);
  }
});

test("what is wrong is named: file, array, layer and head", async () => {
  const bad = npz(attention((values) => (values[heads * tokens * tokens + tokens * tokens + 3] = NaN)));
  await assert.rejects(
    readDumpFiles([bad]),
    /^Error: my model\.npz: attention, layer 2, head 2, row 1, column 4: the value is NaN/
  );
  const odd = file(
    "odd.npz",
    writeNpz({attention: writeNpy({shape: [1, 7, 7], data: new Float32Array(49).fill(1 / 7)})})
  );
  await assert.rejects(readDumpFiles([odd]), /odd\.npz: attention has 7 tokens; this page knows.*--grid RxC/);
  await assert.rejects(readDumpFiles([file("x.npz", new Uint8Array([1, 2]))]), /x\.npz/);
  await assert.rejects(readDumpFiles([npz(), npz()]), /are several files of arrays/);
});
