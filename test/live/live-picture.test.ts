// A picture that goes through both trunks in steps, against the whole graphs that the site's files are made with.
import assert from "node:assert/strict";
import {after, test} from "node:test";
import {LivePicture} from "../../components/live/worker/livePicture.js";
import {
  computeRecord,
  headAttention,
  methodFeatures,
  repairSweep,
  stageFeatures
} from "../../components/model/compute.js";
import {methodsFor} from "../../components/model/build.js";
import {methods} from "../../components/model/methods/index.js";
import {sfp} from "../../components/model/methods/sfp.js";
import {readOptions} from "../../components/analysis/options.js";
import {Engine} from "../../components/model/runtime.js";
import {Sessions} from "../../components/model/sessions.js";
import {cpu} from "../../data/engine/device.js";
import {golden, goldenModel, pixels as pixelsOf, relativeError} from "../support/golden.js";

const model = goldenModel();
const engine = new Engine(model, cpu(1));
const sessions = new Sessions(model.checkpoint, cpu(1), 14);
after(() => Promise.all([engine.close(), sessions.close()]));

const pixels = pixelsOf(golden.image);
const grid = [7, 7] as const;
const provenance = {model: "golden", weights: "", device: "cpu", method: "sfp", options: [], versions: {}};

function subjectOf(options = {}): LivePicture {
  const som = readOptions("sfp", sfp.options, options);
  return new LivePicture({engine}, sessions, {image: "golden", grid, pixels, som, provenance});
}

test("in steps, a picture's numbers are those of the whole graphs", async () => {
  const subject = subjectOf();
  assert.throws(() => subject.record(1), /Layer 1 has not been run yet/);
  const done: number[] = [];
  await subject.run(
    (layers) => {
      done.push(layers);
      assert.equal(subject.record(layers).trunks.purified.outliers.length, layers * 49);
    },
    () => Promise.resolve()
  );
  assert.deepEqual(done, [2, 4, 6, 8, 10, 12]);
  const {record, attention} = await computeRecord(engine, {image: "golden", grid, pixels, provenance});
  const found = subject.record(12);
  for (const trunk of ["plain", "purified"] as const) {
    for (const [name, expected] of Object.entries(record.trunks[trunk])) {
      const values = found.trunks[trunk][name as Exclude<keyof typeof record.trunks.plain, "scores">]!;
      if (expected instanceof Uint8Array) assert.deepEqual(values, expected, `${trunk} ${name}`);
      else assert.ok(relativeError(values, expected) <= 1e-5, `${trunk} ${name}`);
    }
    assert.ok(relativeError(subject.attention(trunk, 8).values, attention[trunk][8].values) <= 1e-5);
    const [heads] = await headAttention(engine, trunk, [9], grid, pixels);
    for (const [head, {values}] of (await subject.heads(trunk, 8)).entries())
      assert.ok(relativeError(values, heads[head].values) <= 1e-5);
  }
  for (const [stage, {values}] of Object.entries(await stageFeatures(engine, grid, pixels)))
    assert.ok(relativeError((await subject.features(stage)).values, values) <= 1e-5, stage);
  for (const method of methodsFor(model, Object.keys(methods), grid)) {
    const [{values}] = await methodFeatures({engine}, [method], pixels);
    assert.ok(relativeError((await subject.features(method)).values, values) <= 1e-5, method);
  }
});

test("the sweep's trunks side by side are those that start there", async () => {
  for (const windows of [1, 8]) {
    const wide = new Engine(model, {...cpu(1), windows});
    const {outliers, largestNorms} = await repairSweep(wide, grid, pixels);
    await wide.close();
    for (const from of [1, 2, 8, 9, 11]) {
      const outputs = Array.from({length: 12}, (_, i) => [`outliers.${i + 1}`, `norms.${i + 1}`]).flat();
      const alone = await engine.run({method: "sfp", options: {from}, grid, outputs}, pixels);
      for (let layer = 1; layer <= 12; ++layer) {
        const at = 12 * (from - 1) + layer - 1;
        assert.deepEqual(
          outliers.subarray(49 * at, 49 * at + 49),
          alone[`outliers.${layer}`].data,
          `${from}, ${layer}`
        );
        const largest = Math.max(...(alone[`norms.${layer}`].data as Float32Array).subarray(1));
        assert.ok(Math.abs(largestNorms[at] - largest) <= 1e-5 * largest);
      }
    }
  }
});

test("layers before the repair starts have their norms for both", async () => {
  const subject = subjectOf({from: 5});
  await subject.run(
    () => {},
    () => Promise.resolve()
  );
  const {norms, repairedNorms, isolated} = subject.record(12).trunks.purified;
  assert.deepEqual(repairedNorms.subarray(0, 4 * 50), norms.subarray(0, 4 * 50));
  assert.ok(relativeError(repairedNorms.subarray(4 * 50), norms.subarray(4 * 50)) > 1e-3);
  assert.ok(isolated.subarray(0, 4 * 49).every((on) => !on));
});

test("repairs that end before the last layer, of patches chosen by rank, are those of the whole graph", async () => {
  const options = {choose: "norm", cap: 4, from: 3, to: 5};
  const subject = subjectOf(options);
  await subject.run(
    () => {},
    () => Promise.resolve()
  );
  const {outliers, repairedNorms, norms} = subject.record(12).trunks.purified;
  const outputs = [3, 5, 6, 9].flatMap((layer) => [`outliers.${layer}`, `norms.${layer}`]);
  const whole = await engine.run({method: "sfp", options, grid, outputs: [...outputs, "features"]}, pixels);
  for (const layer of [3, 5, 6, 9]) {
    assert.deepEqual(outliers.subarray(49 * (layer - 1), 49 * layer), whole[`outliers.${layer}`].data, `${layer}`);
    const own = norms.subarray(50 * (layer - 1), 50 * layer);
    assert.ok(relativeError(own, whole[`norms.${layer}`].data as Float32Array) <= 1e-5, `${layer}`);
    const changed = relativeError(repairedNorms.subarray(50 * (layer - 1), 50 * layer), own) > 1e-6;
    assert.equal(changed, layer <= 5, `${layer}`);
  }
  const {values} = await subject.features("vis", options);
  assert.ok(relativeError(values, whole.features.data as Float32Array) <= 1e-5);
});

test("numbers that are not finite end a run, and in half precision the message says what helps", async () => {
  const broken = goldenModel();
  const {offset} = broken.checkpoint.tensors.get("visual.transformer.resblocks.4.mlp.c_proj.bias")!;
  const {buffer, byteOffset} = broken.checkpoint.bytes;
  new DataView(buffer, byteOffset).setFloat32(offset, Infinity, true);
  const som = readOptions("sfp", sfp.options);
  for (const [precision, message] of [
    ["float32", /Layers 5 to 6 gave numbers that are not finite/],
    ["float16", /Layers 5 to 6 have numbers beyond 65504.*Use float32/]
  ] as const) {
    const other = new Engine({...broken, precision}, cpu(1));
    const steps = new Sessions(broken.checkpoint, cpu(1), 2);
    const subject = new LivePicture({engine: other}, steps, {image: "golden", grid, pixels, som, provenance});
    const run = subject.run(
      () => {},
      () => Promise.resolve()
    );
    await assert.rejects(run, message);
    assert.equal(subject.record(4).layers, 4);
    await steps.close();
  }
});

test("a run that is stopped keeps what it has", async () => {
  const subject = subjectOf();
  let pauses = 0;
  const stopped = subject.run(
    () => {},
    async () => {
      if ((pauses += 1) > 1) throw new Error("stopped");
    }
  );
  await assert.rejects(stopped, /stopped/);
  assert.equal(subject.record(2).layers, 2);
  assert.throws(() => subject.record(3), /Layer 3/);
  assert.throws(() => subject.attention("plain", 2), /has not been run/);
});
