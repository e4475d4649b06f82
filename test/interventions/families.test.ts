// Interventions in every model family: gates, inner norms, LayerScale, registers in front, and no class token.
import assert from "node:assert/strict";
import {test} from "node:test";
import {prefixLength} from "../../components/records/record.js";
import {gridOf} from "../../components/model/geometry.js";
import {parseInterventions, withInterventions} from "../../components/model/interventions/index.js";
import {Engine} from "../../components/model/runtime.js";
import {cpu} from "../../data/engine/device.js";
import {expectedArrays, familyCases, familyModel, familyPixels} from "../support/families.js";

for (const family of familyCases)
  test(`${family.case}: a change touches what it names and nothing beside it`, async () => {
    const model = familyModel(family.models[0]);
    const {layers, width, mlp, prefix, classes: _classes} = model.geometry;
    const all = familyPixels(expectedArrays(family).images);
    const size = all.data.length / all.dims[0];
    const pixels = {dims: [1, ...all.dims.slice(1)] as [number, number, number, number], data: all.data.slice(0, size)};
    const grid = gridOf(model.geometry, pixels.dims[2], pixels.dims[3]);
    const before = prefixLength(prefix);
    const run = async (text: string, outputs: string[]) => {
      const engine = new Engine(withInterventions(model, parseInterventions(text, model.geometry)), cpu(1));
      const results = await engine.run({method: "clip", grid, outputs}, pixels);
      await engine.close();
      return (name: string) => results[name].data as Float32Array;
    };
    for (const layer of [1, layers]) {
      const outputs = [`hidden.${layer}`, `tokens.${layer}`, `attention.${layer}`];
      const plain = await run("", outputs);
      const same = (found: Float32Array, name: string, but: (place: number) => number | undefined) => {
        const expected = plain(name).map((value, i) => but(i) ?? value);
        assert.deepEqual(found, expected, `${family.case}, layer ${layer}: ${name}`);
      };
      const last = mlp - 1;
      const set = await run(`neuron ${layer}.${last} set -2 @ 1,3`, outputs);
      const rows = [before + 1, before + 3];
      same(set(`hidden.${layer}`), `hidden.${layer}`, (i) =>
        i % mlp === last && rows.includes(Math.floor(i / mlp)) ? -2 : undefined
      );
      same(set(`attention.${layer}`), `attention.${layer}`, () => undefined);
      const everywhere = await run(`neuron ${layer}.0 set 0`, outputs);
      same(everywhere(`hidden.${layer}`), `hidden.${layer}`, (i) =>
        i % mlp === 0 && i >= before * mlp ? 0 : undefined
      );
      const zero = await run(`token 2 after ${layer} = zero`, outputs);
      same(zero(`tokens.${layer}`), `tokens.${layer}`, (i) => (Math.floor(i / width) === before + 2 ? 0 : undefined));
      const head = await run(`head ${layer}.1 x0`, outputs);
      same(head(`attention.${layer}`), `attention.${layer}`, () => undefined);
      assert.notDeepEqual(head(`tokens.${layer}`), plain(`tokens.${layer}`));
    }
    // The input of the first block is the same; what is appended stands behind the patches and is left out.
    const {data, dims} = await (async () => {
      const engine = new Engine(
        withInterventions(model, parseInterventions("registers 2 neurons 1:0,1:1 scale 1,0.5", model.geometry)),
        cpu(1)
      );
      const {"hidden.1": hidden, features} = await engine.run(
        {method: "clip", grid, outputs: ["hidden.1", "features"]},
        pixels
      );
      await engine.close();
      assert.equal(features.dims[1], grid[0] * grid[1]);
      return hidden;
    })();
    const patches = grid[0] * grid[1];
    assert.equal(dims[1], before + patches + 2);
    const column = (j: number) => Array.from({length: dims[1]}, (_, t) => data[t * mlp + j]);
    for (const j of [0, 1]) {
      const values = column(j);
      assert.ok(values.slice(before, before + patches).every((value) => value === 0));
      assert.ok(Math.abs(values.at(-1)! - 0.5 * values.at(-2)!) <= 1e-6 * Math.abs(values.at(-2)!));
      assert.notEqual(values.at(-2), 0);
    }
  });
