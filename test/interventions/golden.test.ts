// Interventions in the graph, against a float64 network written for this test.
import assert from "node:assert/strict";
import {after, test} from "node:test";
import {buildGraph} from "../../components/model/build.js";
import {buildContinued, firstChanged, NotReadError} from "../../components/model/interventions/continued.js";
import {
  formatInterventions,
  parseInterventions,
  withInterventions
} from "../../components/model/interventions/index.js";
import type {Donor} from "../../components/model/interventions/kind.js";
import {runChanged} from "../../components/model/interventions/run.js";
import {Engine} from "../../components/model/runtime.js";
import {Sessions, type Input} from "../../components/model/sessions.js";
import {cpu} from "../../data/engine/device.js";
import {golden, goldenModel, pixels, relativeError} from "../support/golden.js";
import {golden2, input} from "../support/golden2.js";
import {meanOf, neighbours, referenceRun, repaired, type ReferenceEdits} from "../support/reference-vit.js";

const tolerance = 1e-4;
const model = goldenModel();
const {layers} = model.geometry;
const grid = [7, 7] as const;
const seen = pixels(golden.image);
const opened: {close(): Promise<void>}[] = [];
after(() => Promise.all(opened.map((each) => each.close())));

const everyLayer = Array.from({length: layers}, (_, i) => i + 1);
const outputs = [...everyLayer.flatMap((l) => [`tokens.${l}`, `attention.${l}`, `hidden.${l}`]), "features"];

function engineOf(text: string, donors?: ReadonlyMap<number, Donor>): Engine {
  const engine = new Engine(withInterventions(model, parseInterventions(text, model.geometry), {donors}), cpu(1));
  opened.push(engine);
  return engine;
}

async function compare(text: string, edits: ReferenceEdits, donors?: ReadonlyMap<number, Donor>) {
  const results = await engineOf(text, donors).run({method: "clip", grid, outputs}, seen);
  const expected = referenceRun(edits);
  const close = (name: string, values: ArrayLike<number>) => {
    const error = relativeError(results[name].data, values);
    assert.ok(error <= tolerance, `${text}: ${name}: relative error ${error}`);
  };
  for (const l of everyLayer) {
    close(
      `tokens.${l}`,
      expected.outputs[l - 1].flatMap((row) => [...row])
    );
    close(
      `hidden.${l}`,
      expected.hidden[l - 1].flatMap((row) => [...row])
    );
    close(`attention.${l}`, expected.attention[l - 1]);
  }
  close("features", expected.features);
  const plain = referenceRun().features;
  assert.ok(relativeError(expected.features, plain) > 1e-3, `${text} changes too little to be tested`);
}

test("the reference without edits is the network of the golden file", () => compare0());

async function compare0() {
  const results = await engineOf("").run({method: "clip", grid, outputs}, seen);
  const expected = referenceRun();
  for (const l of everyLayer)
    assert.ok(
      relativeError(
        results[`tokens.${l}`].data,
        expected.outputs[l - 1].flatMap((row) => [...row])
      ) < tolerance
    );
  assert.ok(relativeError(results.features.data, expected.features) < tolerance);
}

test("a head is switched off, or scaled", async () => {
  await compare("head 3.2 x0", {head: (l, h) => (l === 3 && h === 1 ? 0 : 1)});
  await compare("head 12.1 x-1.5", {head: (l, h) => (l === 12 && h === 0 ? -1.5 : 1)});
});

/** The entry of largest size, with its sign. */
const extremeOf = (values: number[]) => values.reduce((a, value) => (Math.abs(value) > Math.abs(a) ? value : a), 0);

const setOf = (mask: ArrayLike<number>) => Array.from(mask).flatMap((on, patch) => (on ? [patch] : []));

const eachPatch = (rows: Float64Array[], change: (row: Float64Array, patch: number) => void) =>
  rows.slice(1).forEach(change);

test("a neuron is set, scaled, raised or moved, at all patches or some; the class token keeps its own", async () => {
  await compare("neuron 4.0 set 3", {hidden: (l, rows) => l === 4 && eachPatch(rows, (row) => (row[0] = 3))});
  await compare("neuron 5.63 set -2 @ 3,48", {
    hidden: (l, rows) => l === 5 && eachPatch(rows, (row, p) => (p === 3 || p === 48 ? (row[63] = -2) : 0))
  });
  await compare("neuron 9.20 scale -3", {hidden: (l, rows) => l === 9 && eachPatch(rows, (row) => (row[20] *= -3))});
  await compare("neuron 12.7 add 1.5 @ 0", {hidden: (l, rows) => void (l === 12 && (rows[1][7] += 1.5))});
  await compare("neuron 6.11 move 2 @ 10", {
    hidden(l, rows) {
      if (l !== 6) return;
      const most = extremeOf(rows.slice(1).map((row) => row[11]));
      eachPatch(rows, (row, p) => (row[11] = p === 10 ? 2 * most : 0));
    }
  });
});

test("a token is replaced by its neighbours' mean, the mean of all patches, zero, or another photo's", async () => {
  await compare("token 9 after 2 = zero", {output: (l, rows) => void (l === 2 && rows[10].fill(0))});
  await compare("token 9,11 after 7 = mean", {
    output(l, rows) {
      if (l !== 7) return;
      const mean = meanOf(rows.slice(1));
      for (const p of [9, 11]) rows[p + 1].set(mean);
    }
  });
  await compare("token 0,1 after 11 = neighbours", {
    output: (l, rows) => l === 11 && repaired(rows, [0, 1]).forEach((row, t) => (rows[t] = row))
  });
  assert.deepEqual(neighbours(0), [1, 7, 8]);
  const donor = referenceRun({}, input("extra_a")).outputs[2];
  const rows = Float32Array.from([...donor[5], ...donor[31]]);
  await compare(
    "token 4,30 after 3 = photo other",
    {output: (l, own) => void (l === 3 && (own[5].set(donor[5]), own[31].set(donor[31])))},
    new Map([[0, {grid, rows}]])
  );
});

test("SOM at chosen layers only", async () => {
  const {outliers} = referenceRun({repairs: [4, 8]});
  assert.ok(outliers[3].length > 0 && outliers[7].length > 0, "there is something to repair");
  const results = await engineOf("som 4,8").run(
    {method: "clip", grid, outputs: [...everyLayer.map((l) => `outliers.${l}`), "features"]},
    seen
  );
  const expected = referenceRun({repairs: [4, 8]});
  assert.ok(relativeError(results.features.data, expected.features) <= tolerance);
  for (const l of everyLayer) assert.deepEqual(setOf(results[`outliers.${l}`].data), expected.outliers[l - 1]);
});

test("several at once", () =>
  compare("head 2.1 x0.25; neuron 4.9 set 2 @ 7; token 20 after 9 = zero; head 2.1 x2", {
    head: (l, h) => (l === 2 && h === 0 ? 0.5 : 1),
    hidden: (l, rows) => void (l === 4 && (rows[8][9] = 2)),
    output: (l, rows) => void (l === 9 && rows[21].fill(0))
  }));

test("changes of one layer are made in the order of the list, at both ends of the network", async () => {
  await compare("neuron 5.3 set 2; neuron 5.3 scale -0.5; neuron 5.3 add 1 @ 4; neuron 5.63 move -1 @ 0,48", {
    hidden(l, rows) {
      if (l !== 5) return;
      const most = extremeOf(rows.slice(1).map((row) => row[63]));
      eachPatch(rows, (row, p) => {
        row[3] = p === 4 ? 0 : -1;
        row[63] = p === 0 || p === 48 ? -most : 0;
      });
    }
  });
  await compare("neuron 1.0 scale 0; head 1.1 x-2; head 1.2 x0; token 48 after 1 = mean; token 48,0 after 1 = zero", {
    head: (l, h) => (l === 1 ? (h === 0 ? -2 : 0) : 1),
    hidden: (l, rows) => l === 1 && eachPatch(rows, (row) => (row[0] = 0)),
    output: (l, rows) => void (l === 1 && (rows[1].fill(0), rows[49].fill(0)))
  });
  await compare("head 12.2 x-3; neuron 12.63 add -2; token 0 after 12 = mean", {
    head: (l, h) => (l === 12 && h === 1 ? -3 : 1),
    hidden: (l, rows) => l === 12 && eachPatch(rows, (row) => (row[63] -= 2)),
    output: (l, rows) => void (l === 12 && rows[1].set(meanOf(rows.slice(1))))
  });
});

test("a token is replaced before SOM looks at the layer's output, and SOM sees heads and neurons as they were changed", async () => {
  const edits: ReferenceEdits = {
    repairs: [4, 12],
    hidden: (l, rows) => l === 3 && eachPatch(rows, (row) => (row[5] *= -4)),
    output: (l, rows) => void (l === 4 && rows[11].fill(0))
  };
  const expected = referenceRun(edits);
  const results = await engineOf("som 12; som 4; token 10 after 4 = zero; neuron 3.5 scale -4").run(
    {method: "clip", grid, outputs: [...everyLayer.map((l) => `outliers.${l}`), "features"]},
    seen
  );
  assert.ok(relativeError(results.features.data, expected.features) <= tolerance);
  for (const l of everyLayer) assert.deepEqual(setOf(results[`outliers.${l}`].data), expected.outliers[l - 1]);
});

for (const of of golden2.cases.filter(({name}) => name.startsWith("registers")).filter(({model: other}) => !other))
  test(`${of.name} as an intervention is the method's option`, async () => {
    const option = (name: string) => of.options.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
    if (option("bugs") === "keep") return;
    const neurons = of.neurons?.map(([l, index]) => `${l}:${index}`).join(",") || "none";
    const [normal, scale] = [option("normal"), option("scale")];
    const text = [
      `registers ${option("registers")} neurons ${neurons}`,
      normal ? ` normal ${normal}` : "",
      scale ? ` scale ${scale}` : ""
    ].join("");
    const image =
      of.image === "image"
        ? golden.image
        : of.image === "image_nonsquare"
          ? golden.image_nonsquare
          : input(String(of.image));
    const own = pixels(image);
    const {features} = await engineOf(text).run(
      {method: of.method, grid: [own.dims[2] / 4, own.dims[3] / 4], outputs: ["features"]},
      own
    );
    const expected = Float32Array.from(
      new Float32Array(Uint8Array.from(Buffer.from(of.expected.features.f32, "base64")).buffer)
    );
    assert.ok(relativeError(features.data, expected) <= tolerance);
  });

test("no intervention is the plain run, bit for bit; so is a head times 1 and a neuron times 1", async () => {
  assert.equal(withInterventions(model, []), model);
  const request = {method: "clip", grid, outputs} as const;
  assert.deepEqual(buildGraph(withInterventions(model, parseInterventions("")), request), buildGraph(model, request));
  const plain = await engineOf("").run(request, seen);
  const idle = await engineOf("head 3.2 x1; neuron 5.7 scale 1").run(request, seen);
  for (const name of outputs) assert.deepEqual(idle[name].data, plain[name].data);
});

test("blocks from the first changed one on give what the whole run gives", async () => {
  const list = parseInterventions("neuron 8.3 set 2; head 10.1 x0", model.geometry);
  const changed = withInterventions(model, list);
  const first = firstChanged(changed);
  assert.equal(first, 8);
  const names = [8, 9, 10, 11, 12].flatMap((l) => [`norms.${l}`, `class.${l}`]);
  const request = {method: "clip", grid, outputs: [...names, "features", "image"]};
  const whole = await engineOf("neuron 8.3 set 2; head 10.1 x0").run(request, seen);
  const {[`tokens.${first - 1}`]: left} = await engineOf("").run({...request, outputs: ["tokens.7"]}, seen);
  const sessions = new Sessions(model.checkpoint, cpu(1), 2);
  opened.push(sessions);
  const run = {grid, pixels: seen, tokens: (layer: number) => (layer === 7 ? (left as Input) : undefined)};
  const found = await runChanged(sessions, model, run, list, {
    method: "clip",
    outputs: ["norms.3", ...request.outputs]
  });
  assert.deepEqual(Object.keys(found).toSorted(), request.outputs.toSorted());
  for (const name of request.outputs) assert.ok(relativeError(found[name].data, whole[name].data) < 1e-6, name);
  // SFP looks at earlier layers, so it runs from the pixels on.
  assert.throws(() => buildContinued(changed, {method: "sfp", grid, outputs: ["features"]}, first), NotReadError);
  const sfp = await engineOf(formatInterventions(list)).run({method: "sfp", grid, outputs: ["features"]}, seen);
  const again = await runChanged(sessions, model, run, list, {method: "sfp", outputs: ["features"]});
  assert.ok(relativeError(again.features.data, sfp.features.data) < 1e-6);
});

test("lists that differ in which neurons they change, where and how far share a graph, and each gives what its own gives", async () => {
  const device = cpu(1);
  let made = 0;
  const create = (...given: Parameters<typeof device.ort.InferenceSession.create>) => {
    made += 1;
    return device.ort.InferenceSession.create(...given);
  };
  const counting = {...device, ort: {...device.ort, InferenceSession: {create} as typeof device.ort.InferenceSession}};
  const sessions = new Sessions(model.checkpoint, counting, 2);
  opened.push(sessions);
  const outputs = ["hidden.9", "tokens.9", "features"];
  const {[`tokens.8`]: left} = await engineOf("").run({method: "clip", grid, outputs: ["tokens.8"]}, seen);
  const run = {grid, pixels: seen, tokens: () => left as Input};
  const lists = ["neuron 9.3 set 2 @ 0,48; neuron 9.63 scale -1", "neuron 9.0 set -3; neuron 9.0 scale 0.5 @ 7"];
  for (const text of lists) {
    const list = parseInterventions(text, model.geometry);
    const found = await runChanged(sessions, model, run, list, {method: "clip", outputs});
    const own = await engineOf(text).run({method: "clip", grid, outputs}, seen);
    for (const name of outputs) assert.ok(relativeError(found[name].data, own[name].data) < 1e-6, `${text}: ${name}`);
  }
  assert.equal(made, 1);
  await assert.rejects(
    runChanged(sessions, model, run, parseInterventions("neuron 9.3 set 2 @ 49; neuron 9.6 scale 1"), {
      method: "clip",
      outputs
    }),
    /no patch 49; .* patches 0 to 48/
  );
});

test("texts are read and written alike, and refused by name", () => {
  for (const text of [
    "head 3.2 x0.5",
    "neuron 9.63 set 0 @ 45; neuron 9.12 scale -2",
    "token 4,5 after 3 = mean; token 1 after 12 = photo my photo.jpg",
    "som 9,10",
    "registers 2 neurons 9:6,3:2 normal mean scale 1,2",
    "registers 1 neurons none"
  ])
    assert.equal(formatInterventions(parseInterventions(text)), text);
  assert.equal(
    formatInterventions(parseInterventions(" neuron 9.1 set 0@4, 5 ;\n; som 3 , 4")),
    "neuron 9.1 set 0 @ 4,5; som 3,4"
  );
  for (const [text, message] of [
    ["head 3 x0", /write it as head LAYER\.HEAD xSCALE, such as “head 3\.2 x0”/],
    ["heads 3.1 x0", /no intervention heads; known are head LAYER/],
    ["head 13.1 x0", /layers 1 to 12/],
    ["head 3.3 x0", /heads 1 to 2/],
    ["head 3.1 xx", /scale=x does not fit/],
    ["neuron 3.64 set 0", /neurons 0 to 63/],
    ["neuron 3.6 put 0", /how is one of set, scale, add, move/],
    ["neuron 3.6 move 1", /patches to move/],
    ["token 1 after 2 = photo", /name the other photo/],
    ["token 1 after 2 = zero x", /takes no photo/],
    ["som 13", /no layer 13/],
    ["registers 2 neurons 3:1 scale 1,2,3", /for 3 registers/]
  ] as const)
    assert.throws(() => parseInterventions(text, model.geometry), message, text);
});

test("what a run cannot do is refused, not passed over", async () => {
  const run = (text: string, method: string) => engineOf(text).run({method, grid, outputs: ["features"]}, seen);
  await assert.rejects(run("neuron 12.3 set 1", "clearclip"), /changes nothing that clearclip computes/);
  await assert.rejects(
    run("registers 1 neurons 3:1", "sfp"),
    /sfp has no place for registers; these methods have: clip/
  );
  await assert.rejects(run("som 12", "clearclip"), /clearclip does not compute the output of layer 12/);
  await assert.rejects(run("som 4,12", "clearclip"), /clearclip does not compute the output of layer 12/);
  await assert.rejects(run("token 49 after 3 = zero", "clip"), /no patch 49; .* patches 0 to 48/);
  await assert.rejects(run("token 3 after 3 = photo cat", "clip"), /photo cat was not run/);
});
