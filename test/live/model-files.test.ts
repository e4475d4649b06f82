/** A model out of files that were opened or dropped together. */
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import {isModelFile, modelOfFiles} from "../../components/live/panel/modelFiles.js";
import type {OwnModel} from "../../components/live/catalog.js";
import {readSource} from "../../components/live/worker/source.js";
import {readFloats, readSafetensors, writeSafetensors} from "../../components/model/safetensors.js";
import {familyFile} from "../support/families.js";
import {siglipPreprocessor} from "../support/siglip.js";

const bytes = (path: string) => new Uint8Array(readFileSync(familyFile(path)));
const file = (name: string, content: Uint8Array | string) => new File([content as Uint8Array<ArrayBuffer>], name);
const config = file("config.json", bytes("siglip/huggingface/config.json"));
const weights = bytes("siglip/huggingface/model.safetensors");
const turn = {signal: new AbortController().signal, tell: () => {}};

/** The weights as two shards and their index. */
function shards(): File[] {
  const checkpoint = readSafetensors(weights);
  const tensors = [...checkpoint.tensors.values()];
  const parts = [tensors.slice(0, 10), tensors.slice(10)].map((some, i) => ({
    name: `model-0000${i + 1}-of-00002.safetensors`,
    some
  }));
  const index = {weight_map: Object.fromEntries(parts.flatMap(({name, some}) => some.map((one) => [one.name, name])))};
  const written = parts.map(({name, some}) => {
    const all = some.map((one) => [one.name, {shape: one.shape, data: readFloats(checkpoint, one)}] as const);
    return file(name, writeSafetensors(Object.fromEntries(all)));
  });
  return [...written, file("model.safetensors.index.json", JSON.stringify(index))];
}

test("shards dropped with their index are the model that one file is", async () => {
  const source = modelOfFiles([config, ...shards()]) as OwnModel;
  assert.equal(source.id, "model");
  const [joined, whole] = [
    await readSource(source, turn),
    await readSource(modelOfFiles([file("siglip.safetensors", weights), config]), turn)
  ];
  assert.deepEqual(joined.model.geometry, whole.model.geometry);
  assert.equal(whole.model.id, "siglip");
  assert.match(joined.hash, /^[0-9a-f]{64}$/);
});

test("a shard that is missing, weights without an index, and no weights are named", async () => {
  const [first, , index] = shards();
  await assert.rejects(
    readSource(modelOfFiles([first, index, config]), turn),
    /asks for model-00002-of-00002\.safetensors, not among the files/
  );
  assert.throws(() => modelOfFiles(shards().slice(0, 2)), /several files of weights.*index/);
  assert.throws(() => modelOfFiles([config]), /No weights are among config\.json/);
  const cut = file("config.json", '{"model_type": ');
  await assert.rejects(
    readSource(modelOfFiles([file("a.safetensors", weights), cut]), turn),
    /config\.json is not JSON/
  );
  assert.deepEqual([config, first, index, file("photo.jpg", "")].map(isModelFile), [true, true, true, false]);
});

test("preprocessor_config.json is understood, or refused by the name of what it states", async () => {
  const read = async (change: object) =>
    (
      await readSource(
        modelOfFiles([
          file("a.safetensors", weights),
          config,
          file("preprocessor_config.json", JSON.stringify({...siglipPreprocessor, ...change}))
        ]),
        turn
      )
    ).model.geometry;
  const other = await read({image_mean: [0.1, 0.2, 0.3], image_std: [0.4, 0.5, 0.6], do_center_crop: true});
  assert.deepEqual([other.mean, other.std, other.squash], [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], undefined]);
  assert.equal((await read({})).squash, true);
  assert.deepEqual((await read({do_normalize: false})).mean, [0, 0, 0]);
  await assert.rejects(read({rescale_factor: 1}), /preprocessor_config\.json: rescale_factor 1 is not known/);
  await assert.rejects(read({do_rescale: false}), /do_rescale false/);
  await assert.rejects(read({image_mean: [0.5]}), /image_mean \[0\.5\].*three numbers/);
  await assert.rejects(read({image_std: [0.5, 0, 0.5]}), /has to be above 0/);
});
