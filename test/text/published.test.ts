import assert from "node:assert/strict";
import {test} from "node:test";
import {readModel} from "../../components/model/model.js";
import {Engine} from "../../components/model/runtime.js";
import {byteSymbols, clipMerges, type Merge} from "../../components/model/text/merges.js";
import {createTokenizer} from "../../components/model/text/tokenizer.js";
import {TextTower} from "../../components/model/text/tower.js";
import {cpu} from "../../data/engine/device.js";
import {relativeError} from "../support/golden.js";
import {
  type ClipSizes,
  configOf,
  huggingfaceFile,
  huggingfaceShapes,
  openaiFile,
  published
} from "../support/text-layouts.js";
import {referenceFeatures} from "../support/text-reference.js";

const threads = 2;

/** As large as CLIP's vocabulary: pairs of bytes. The real table is not part of the project. */
const tokenizer = (() => {
  const symbols = [...byteSymbols.values()];
  const pairs = symbols.flatMap((left) => symbols.map((right): Merge => [left, right]));
  return createTokenizer(pairs.slice(0, clipMerges));
})();

test("the published sizes: number of parameters", () => {
  // As the hub states them, logit_scale included and buffers not.
  const parameters = {"clip-vit-b-16": 149_620_737, "clip-vit-b-32": 151_277_313, "clip-vit-l-14": 427_616_513};
  for (const [id, count] of Object.entries(parameters)) {
    const shapes = [...huggingfaceShapes(published[id as keyof typeof published]).values()];
    assert.equal(
      shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0),
      count,
      id
    );
  }
});

test("every published size loads, and its geometry is read from the shapes", () => {
  for (const [id, sizes] of Object.entries(published) as [string, ClipSizes][]) {
    const bytes = huggingfaceFile(sizes, {empty: true});
    for (const config of [configOf(sizes), undefined]) {
      const {geometry, textTower} = readModel(id, bytes, config);
      const {width, layers, heads, patch, features} = sizes;
      const norms = {epsilon: 1e-5, activation: "quick_gelu" as const};
      assert.deepEqual(
        {...geometry, mean: undefined, std: undefined, classes: undefined},
        {
          prefix: {classToken: true, registers: 0},
          positions: {convention: "offset", by: "original"},
          width,
          layers,
          heads,
          patch,
          features,
          mlp: 4 * width,
          trainedGrid: sizes.grid,
          ...norms,
          mean: undefined,
          std: undefined,
          classes: undefined
        }
      );
      assert.deepEqual(textTower?.geometry, {
        width: sizes.textWidth,
        layers: sizes.textLayers,
        heads: sizes.textHeads,
        mlp: 4 * sizes.textWidth,
        ...norms,
        vocabulary: 49408,
        context: 77,
        features
      });
    }
  }
});

/** Image features and embedding of one window, and text features, of a checkpoint. */
async function results(id: string, sizes: ClipSizes, bytes: Uint8Array, config?: object) {
  const model = readModel(id, bytes, config);
  const side = sizes.grid * sizes.patch;
  const data = Float32Array.from({length: 3 * side * side}, (_, i) => Math.sin(i / 7) + Math.cos(i / 1000));
  const engine = new Engine(model, cpu(threads));
  const request = {method: "clip", grid: [sizes.grid, sizes.grid] as const, outputs: ["features", "image"]};
  const {features, image} = await engine.run(request, {dims: [1, 3, side, side], data});
  await engine.close();
  const tower = new TextTower(model.textTower!, tokenizer, cpu(threads));
  const text = await tower.encode(texts);
  await tower.close();
  return {model, features: features.data, image: image.data, text: text.values};
}

const texts = ["a cat.", "many dogs"];

async function agree(id: keyof typeof published): Promise<void> {
  const sizes = published[id];
  const huggingface = await results(id, sizes, huggingfaceFile(sizes), configOf(sizes));
  const row = referenceFeatures(
    huggingface.model.checkpoint,
    [tokenizer.start, ...tokenizer.encode(texts[0]), tokenizer.end],
    sizes.textHeads,
    sizes.textLayers
  );
  assert.ok(relativeError(huggingface.text.subarray(0, sizes.features), row) < 1e-4, "text, against float64");
  const openai = await results(id, sizes, openaiFile(sizes));
  for (const part of ["features", "image", "text"] as const) {
    assert.ok(huggingface[part].every(Number.isFinite), part);
    assert.ok(relativeError(openai[part], huggingface[part]) < 1e-4, part);
  }
}

test("ViT-B/16 of full size: Hugging Face's floats and OpenAI's halves agree, image and text", () =>
  agree("clip-vit-b-16"));

const large = process.env.SFP_LARGE === "1" ? false : "set SFP_LARGE=1 for the sizes that need time and 8 GB";

test("ViT-B/32 of full size", {skip: large}, () => agree("clip-vit-b-32"));
test("ViT-L/14 of full size", {skip: large}, () => agree("clip-vit-l-14"));
