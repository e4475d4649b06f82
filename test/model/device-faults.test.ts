// A device that answers with wrong numbers and reports no failure: never a picture, always an error with a way out.
import assert from "node:assert/strict";
import {test} from "node:test";
import {Engine, type Device, type Pixels} from "../../components/model/runtime.js";
import {cpu} from "../../data/engine/device.js";
import {decode, golden, goldenModel} from "../support/golden.js";

const real = cpu(1);
const pixels: Pixels = {dims: [1, 3, 28, 28], data: decode(golden.image)};

/** The CPU, whose outputs of some names are replaced by one number. */
function faulty(names: RegExp, value: number): Device {
  const {InferenceSession, Tensor} = real.ort;
  const create = async (graph: Uint8Array, options: Device["session"]) => {
    const session = await InferenceSession.create(graph, options);
    const run = async (feeds: Parameters<typeof session.run>[0]) => {
      const results = await session.run(feeds);
      return Object.fromEntries(
        Object.entries(results).map(([name, output]) => [
          name,
          names.test(name) ? new Tensor("float32", new Float32Array(output.size).fill(value), output.dims) : output
        ])
      );
    };
    return Object.create(session, {run: {value: run}}) as typeof session;
  };
  return {
    ...real,
    name: "faulty",
    ort: {...real.ort, Tensor, InferenceSession: {create: create as Device["ort"]["InferenceSession"]["create"]}}
  };
}

const request = {method: "clip", grid: [7, 7] as const, outputs: ["features", "norms.1", "class.1"]};
const wayOut = /faulty computed .*float32.*--device cpu.*WebAssembly/;

for (const [what, names, value, message] of [
  ["zero features", /^features/, 0, wayOut],
  ["constant features", /^features/, 0.25, wayOut],
  ["zero norms", /^norms/, 0, /norms of layer 1/],
  ["zero class rows", /^class/, 0, /class of layer 1/],
  ["features that are not numbers", /^features/, NaN, /computed NaN in the features/]
] as const)
  test(`${what} are an error`, async () => {
    const engine = new Engine(goldenModel(), faulty(names, value));
    await assert.rejects(engine.run(request, pixels), message);
    if (/features/.test(what)) await assert.rejects(engine.features([{method: "sfp"}], pixels), /faulty|NaN/);
  });

test("the same device without the fault computes", async () => {
  const {features} = await new Engine(goldenModel(), faulty(/^none$/, 0)).run(request, pixels);
  assert.ok(features.data.some((value) => value !== features.data[0]));
});
