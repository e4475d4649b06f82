// ResCLIP's semantic feedback: the map against what its definition says of small grids, and what the last layer makes of
// it against methods that it turns into at its limits.
import assert from "node:assert/strict";
import {after, suite, test} from "node:test";
import {Engine} from "../../components/model/runtime.js";
import {patchClasses, semanticFeedback, semanticMap} from "../../components/model/segmentation/semantic.js";
import {cpu} from "../../data/engine/device.js";
import {golden, goldenModel, pixels, relativeError} from "../support/golden.js";

/** One row of the map before it is divided by the greatest value of all. */
function expectedRow(row: readonly number[]): number[] {
  const smooth = row.map((_, j) => row.reduce((sum, value, i) => sum + value * Math.exp(-((i - j) ** 2) / 50), 0));
  const total = smooth.reduce((a, b) => a + b, 0);
  return smooth.map((value) => value / total);
}

suite("the map", () => {
  test("two of one class belong together, less where another class lies between", () => {
    // Patches 0 and 2 of a row of three, with another between: two steps, which is the longest line.
    const parted = Math.exp(-1);
    const rows = [
      [1, 0, parted],
      [0, 1, 0],
      [parted, 0, 1]
    ].map(expectedRow);
    const greatest = Math.max(...rows.flat());
    const map = semanticMap([5, 7, 5], [1, 3]);
    assert.ok(
      relativeError(
        map,
        rows.flat().map((value) => value / greatest)
      ) < 1e-6
    );
  });

  test("lines are straight steps on the grid", () => {
    // From (0, 0) to (2, 1) there are two steps, the first of which is rounded to (1, 1).
    const open = semanticMap([0, 1, 1, 0, 1, 0], [3, 2]);
    const closed = semanticMap([0, 1, 0, 1, 1, 0], [3, 2]);
    assert.ok(open[5] > closed[5]);
  });

  test("one class everywhere leaves the smoothing alone", () => {
    const map = semanticMap(new Uint8Array(36), [4, 9]);
    const rows = Array.from({length: 36}, () => expectedRow(Array.from({length: 36}, () => 1)));
    // The kernel ends 15 patches away; beyond, e^(-16²/50) = 0.006 of a neighbour's weight is left out.
    assert.ok(
      relativeError(
        map,
        rows.flat().map((value) => value / Math.max(...rows.flat()))
      ) < 0.02
    );
    assert.equal(Math.max(...map), 1);
  });

  test("a patch has the class of most of its pixels, the first of those that tie", () => {
    const labels = [2, 2, 1, 3, 9, 2, 1, 1, 3, 9];
    assert.deepEqual([...patchClasses(labels, [2, 5], [1, 2])], [2, 1]);
  });
});

suite("the last layer", async () => {
  const model = goldenModel();
  const engine = new Engine(model, cpu(1));
  after(() => engine.close());
  const input = pixels(golden.image);
  const tokens = golden.config.grid ** 2 + 1;
  const options = {from: 2, to: 3, sigma: 0, lambda: 0, tau: 1};
  const run = async (method: string, given: object, map?: Float32Array) => {
    const further = map && {semantic: {dims: [1, 1, tokens, tokens], data: map}};
    const [{data}] = await engine.features([{method, options: {...given}, semantic: map && true}], input, further);
    return data;
  };
  const identity = Float32Array.from({length: tokens ** 2}, (_, i) => Number(i % (tokens + 1) === 0));

  test("with no share of the map it is RCS", async () => {
    const rcs = await run("resclip", options);
    assert.ok(
      relativeError(await run("resclip", {...options, feedback_lambda: 0, feedback_tau: 1}, identity), rcs) < 1e-5
    );
  });

  test("with the map alone, each patch by itself, it is MaskCLIP", async () => {
    const alone = await run("resclip", {...options, feedback_lambda: 1, feedback_tau: 1e4}, identity);
    assert.ok(relativeError(alone, await run("maskclip", {})) < 1e-4);
  });

  test("with the map alone, patches that belong together become one", async () => {
    const group = (token: number) => token % 3;
    const map = Float32Array.from({length: tokens ** 2}, (_, i) =>
      Number(group(Math.floor(i / tokens)) === group(i % tokens))
    );
    const features = await run("resclip", {...options, feedback_lambda: 1, feedback_tau: 1e4}, map);
    const width = features.length / (tokens - 1);
    const row = (token: number) => features.subarray((token - 1) * width, token * width);
    assert.ok(relativeError(row(1), row(4)) < 1e-5);
    assert.ok(relativeError(row(1), row(2)) > 1e-2);
  });

  test("windows of a batch are looked at by themselves", async () => {
    const text = Float32Array.from({length: 2 * model.geometry.features}, (_, i) => Math.sin(i));
    const given = {text, classes: [{words: ["a"]}, {words: ["b"]}], colours: model.geometry, scale: 40, probability: 0};
    const provide = semanticFeedback(engine, {...given, options: {from: 2, to: 3}});
    const [, , height, width] = input.dims;
    const other = input.data.map((value) => -value);
    const both = Float32Array.from([...input.data, ...other]);
    const one = await provide({dims: [1, 3, height, width], data: input.data});
    const two = await provide({dims: [1, 3, height, width], data: other});
    const together = await provide({dims: [2, 3, height, width], data: both});
    assert.ok(relativeError(together.data, [...one.data, ...two.data]) < 1e-5);
    const plain = await run("resclip", {from: 2, to: 3});
    assert.ok(relativeError(one.data, plain) > 1e-3, "the feedback changes the features");
  });
});
