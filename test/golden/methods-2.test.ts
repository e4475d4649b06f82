// Methods since SFP, against numbers of an independent float64 implementation.
import assert from "node:assert/strict";
import {after, test} from "node:test";
import {recolour} from "../../components/model/image/normalise.js";
import {gridOf} from "../../components/model/geometry.js";
import {Engine, type Pixels} from "../../components/model/runtime.js";
import {cutWindows, tile} from "../../components/model/segmentation/windows.js";
import {cpu} from "../../data/engine/device.js";
import {decode, goldenModel, pixels, relativeError, type Encoded} from "../support/golden.js";
import {caseOf, dinoModel, golden2, input, optionsOf, type Case} from "../support/golden2.js";

const dino = new Engine(dinoModel(), cpu(1), 12);
const clip = new Engine(goldenModel(), cpu(1), 12);
const pair = new Engine(goldenModel(), cpu(1), 12, new Engine(dinoModel(), cpu(1), 12));
after(() => Promise.all([dino.close(), clip.close(), pair.close()]));

const tolerance = 1e-4;

function close(actual: ArrayLike<number>, expected: Encoded, name: string) {
  const error = relativeError(actual, decode(expected));
  assert.ok(error <= tolerance, `${name}: relative error ${error}`);
}

/** The second model's rows stand in the file where no model computes them. */
class Stored extends Engine {
  constructor(
    private readonly name: string,
    private readonly grid: NonNullable<Case["external_grid"]>
  ) {
    super(dinoModel(), cpu(1));
  }

  override rowsFor() {
    const {shape} = input(this.name);
    return Promise.resolve({grid: this.grid, width: shape[1], data: decode(input(this.name))});
  }
}

function engineOf({model, external, external_grid: grid}: Case): Engine {
  if (model) return dino;
  if (!external) return clip;
  return external === "dino" ? pair : new Engine(goldenModel(), cpu(1), 4, new Stored(external, grid!));
}

function pixelsOf({image, windows, model}: Case): Pixels {
  const whole = pixels(input(String(image)));
  if (model) {
    const {height, width} = {height: whole.dims[2], width: whole.dims[3]};
    return {...whole, data: recolour(whole.data, height * width, clip.model.geometry, dino.model.geometry)};
  }
  if (!windows) return whole;
  const [, , height, width] = whole.dims;
  const tiling = tile(height, width, windows);
  return cutWindows({height, width, data: whole.data}, tiling, 0, tiling.rows.length * tiling.columns.length);
}

async function run(of: Case, outputs: string[]) {
  const engine = engineOf(of);
  const seen = pixelsOf(of);
  const grid = gridOf(engine.model.geometry, seen.dims[2], seen.dims[3]);
  return engine.run({method: of.method, options: optionsOf(of), grid, outputs}, seen);
}

const inGraph = ["pearl", "clip", "sclip", "clearclip", "proxyclip", "gla", "rf-clip"];

for (const of of golden2.cases.filter(({method}) => inGraph.includes(method)))
  test(`${of.name}: features`, async () => {
    const {features} = await run(of, ["features"]);
    close(features.data, of.expected.features, of.name);
  });

test("pearl: attention of the last block", async () => {
  const of = caseOf("pearl");
  close((await run(of, ["attention"])).attention.data, of.expected.attention, "attention");
});

test("registers: norms of all tokens, registers included, in every layer", async () => {
  const of = caseOf("registers");
  const [layers, tokens] = of.expected.norms.shape;
  const names = Array.from({length: layers}, (_, i) => `norms.${i + 1}`);
  const found = await run(of, names);
  const all = names.flatMap((name) => [...found[name].data]);
  assert.equal(all.length, layers * tokens);
  close(all, of.expected.norms, "norms");
});

for (const name of ["rfclip", "rfclip_sigma2", "rfclip_sigma2_nonsquare"])
  test(`${name}: the image's embedding, and distracted patches exactly`, async () => {
    const of = caseOf(name);
    const names = of.expected.distracted.map((_, i) => `distracted.${i + 1}`);
    const found = await run(of, ["image", ...names]);
    close(found.image.data, of.expected.class_embedding, "class embedding");
    const sets = names.map((each) => Array.from(found[each].data).flatMap((on, patch) => (on ? [patch] : [])));
    assert.deepEqual(sets, of.expected.distracted);
  });

test("windows of a picture lie where the reference has them", () => {
  const of = caseOf("gla");
  assert.deepEqual(pixelsOf(of).corners, of.windows!.corners);
});

test("a method that needs a second model says so", async () => {
  await assert.rejects(run({...caseOf("proxyclip"), external: null}, ["features"]), /--proxy MODEL/);
});
