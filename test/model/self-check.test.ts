// The check of a first run: its stored numbers, devices that answer wrongly, and what is remembered.
import assert from "node:assert/strict";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, test} from "node:test";
import type * as Ort from "onnxruntime-common";
import {readFloats} from "../../components/model/safetensors.js";
import {
  allowed,
  checkModel,
  checkOnce,
  checkPixels,
  selfCheck,
  WrongDeviceError
} from "../../components/model/self-check.js";
import {expectedClip} from "../../components/model/self-check-numbers.js";
import type {Device} from "../../components/model/runtime.js";
import {cpu} from "../../data/engine/device.js";
import {passedIn} from "../../data/engine/passed.js";
import {relativeError} from "../support/golden.js";

const right = cpu(1);

/** A device that changes what comes out. */
function wrong(change: (values: Float32Array) => void): Device {
  const create = async (...given: Parameters<Ort.InferenceSessionFactory["create"]>) => {
    const session = await right.ort.InferenceSession.create(...given);
    const run = session.run.bind(session);
    session.run = async (feeds: Ort.InferenceSession.FeedsType) => {
      const results = await run(feeds);
      for (const {data} of Object.values(results)) if (data instanceof Float32Array) change(data);
      return results;
    };
    return session;
  };
  return {
    ...right,
    name: "a broken card",
    ort: {...right.ort, InferenceSession: {create: create as Ort.InferenceSessionFactory["create"]}}
  };
}

test("a device that computes correctly passes with room to spare", async () => {
  const error = await selfCheck(right);
  assert.ok(error < allowed.float32 / 100, String(error));
});

test("wrong, even, infinite and missing numbers are each refused, with a way out", async () => {
  const faults: ((values: Float32Array) => void)[] = [
    (values) => (values[5] *= 1.1),
    (values) => values.fill(0),
    (values) => values.fill(0.25),
    (values) => (values[9] = NaN),
    (values) => (values[9] = Infinity),
    (values) => values.copyWithin(8, 0)
  ];
  for (const fault of faults)
    await assert.rejects(selfCheck(wrong(fault)), (error: Error) => {
      assert.ok(error instanceof WrongDeviceError);
      assert.match(error.message, /^a broken card failed the check .*Use float32 arithmetic, or the CPU/);
      return true;
    });
});

test("a device that passed is checked once and says so; one that failed is checked again", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sfp-passed-"));
  after(() => rmSync(folder, {recursive: true, force: true}));
  const passed = passedIn(join(folder, "below", "devices.txt"));
  const broken = wrong((values) => values.fill(0));
  await assert.rejects(checkOnce(broken, "float32", "card; driver 1", passed), WrongDeviceError);
  assert.equal(await passed.has("card; driver 1"), false);
  assert.match((await checkOnce(right, "float32", "card; driver 1", passed))!, /^First run on cpu.*computes correctly/);
  // Not asked again: it would fail.
  assert.equal(await checkOnce(broken, "float32", "card; driver 1", passed), undefined);
  await assert.rejects(checkOnce(broken, "float32", "card; driver 2", passed), WrongDeviceError);
});

test("the stored features of clip are those of a float64 forward pass", () => {
  const {checkpoint} = checkModel();
  assert.ok(
    relativeError(
      plainForward((name) => floats(name)),
      expectedClip()
    ) < 1e-5
  );
  function floats(name: string): Float64Array {
    const found = checkpoint.tensors.get(`visual.${name}`);
    assert.ok(found, `${name} of ${[...checkpoint.tensors.keys()].join()}`);
    return Float64Array.from(readFloats(checkpoint, found));
  }
});

/** The plain network in loops: 2 blocks, 2 heads, width 16, patches of 4 × 4 pixels. */
function plainForward(w: (name: string) => Float64Array): Float64Array {
  const [width, heads, side, patch] = [16, 2, 16, 4];
  const {data} = checkPixels();
  const linear = (x: Float64Array, name: string, join = ".") => {
    const [matrix, bias] = [w(`${name}${join}weight`), w(`${name}${join}bias`)];
    return bias.map((b, r) => x.reduce((sum, value, i) => sum + matrix[r * x.length + i] * value, b));
  };
  const norm = (x: Float64Array, name: string) => {
    const mean = x.reduce((a, b) => a + b) / x.length;
    const deviation = Math.sqrt(x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length + 1e-5);
    const [scale, shift] = [w(`${name}.weight`), w(`${name}.bias`)];
    return x.map((v, i) => ((v - mean) / deviation) * scale[i] + shift[i]);
  };
  const add = (a: Float64Array, b: Float64Array) => a.map((value, i) => value + b[i]);
  const kernel = w("conv1.weight");
  let rows: Float64Array[] = [w("class_embedding")];
  for (let p = 0; p < 16; ++p)
    rows.push(
      Float64Array.from({length: width}, (_, o) => {
        let sum = 0;
        for (let c = 0; c < 3; ++c)
          for (let y = 0; y < patch; ++y)
            for (let x = 0; x < patch; ++x) {
              const at = (c * side + Math.floor(p / 4) * patch + y) * side + (p % 4) * patch + x;
              sum += data[at] * kernel[((o * 3 + c) * patch + y) * patch + x];
            }
        return sum;
      })
    );
  const positions = w("positional_embedding");
  rows = rows.map((row, t) => norm(add(row, positions.subarray(t * width, (t + 1) * width)), "ln_pre"));
  for (let layer = 0; layer < 2; ++layer) {
    const block = `transformer.resblocks.${layer}`;
    const qkv = rows.map((row) => linear(norm(row, `${block}.ln_1`), `${block}.attn.in_proj`, "_"));
    const size = width / heads;
    const mixed = rows.map((_, i) => {
      const out = new Float64Array(width);
      for (let h = 0; h < heads; ++h) {
        const part = (t: number, which: number) =>
          qkv[t].subarray(which * width + h * size, which * width + (h + 1) * size);
        const raised = rows.map((_row, j) =>
          Math.exp(part(i, 0).reduce((sum, q, k) => sum + q * part(j, 1)[k], 0) / Math.sqrt(size))
        );
        const total = raised.reduce((a, b) => a + b);
        for (const [j, value] of raised.entries())
          for (let k = 0; k < size; ++k) out[h * size + k] += (value / total) * part(j, 2)[k];
      }
      return out;
    });
    rows = rows.map((row, i) => add(row, linear(mixed[i], `${block}.attn.out_proj`)));
    rows = rows.map((row) => {
      const hidden = linear(norm(row, `${block}.ln_2`), `${block}.mlp.c_fc`);
      return add(
        row,
        linear(
          hidden.map((v) => v / (1 + Math.exp(-1.702 * v))),
          `${block}.mlp.c_proj`
        )
      );
    });
  }
  const proj = w("proj");
  return Float64Array.from(
    rows.slice(1).flatMap((row) => {
      const last = norm(row, "ln_post");
      return Array.from({length: 8}, (_, e) => last.reduce((sum, v, i) => sum + v * proj[i * 8 + e], 0));
    })
  );
}
