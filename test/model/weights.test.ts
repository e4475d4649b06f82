import assert from "node:assert/strict";
import {test} from "node:test";
import {readModel} from "../../components/model/model.js";
import {Engine} from "../../components/model/runtime.js";
import {writeSafetensors, type WrittenTensor} from "../../components/model/safetensors.js";
import {cpu} from "../../data/engine/device.js";
import {decode, golden, goldenConfig, goldenWeights, pixels, relativeError} from "../support/golden.js";

type Tensors = Record<string, WrittenTensor>;

function openaiTensors(): Tensors {
  return Object.fromEntries(
    Object.entries(golden.weights).map(([name, e]) => [`visual.${name}`, {shape: e.shape, data: decode(e)}])
  );
}

/** The same weights under Hugging Face's names, with the buffers its files carry. */
function huggingfaceTensors(): Tensors {
  const source = openaiTensors();
  const out: Tensors = {};
  const w = "vision_model.";
  const {width} = golden.config;
  const take = (name: string) => source[`visual.${name}`];
  const put = (to: string, from: string) => {
    out[`${w}${to}.weight`] = take(`${from}.weight`);
    out[`${w}${to}.bias`] = take(`${from}.bias`);
  };
  out[`${w}embeddings.class_embedding`] = take("class_embedding");
  out[`${w}embeddings.patch_embedding.weight`] = take("conv1.weight");
  out[`${w}embeddings.position_embedding.weight`] = take("positional_embedding");
  put("pre_layrnorm", "ln_pre");
  put("post_layernorm", "ln_post");
  for (let l = 0; l < golden.config.layers; ++l) {
    const [from, to] = [`transformer.resblocks.${l}.`, `encoder.layers.${l}.`];
    put(`${to}layer_norm1`, `${from}ln_1`);
    put(`${to}layer_norm2`, `${from}ln_2`);
    put(`${to}mlp.fc1`, `${from}mlp.c_fc`);
    put(`${to}mlp.fc2`, `${from}mlp.c_proj`);
    put(`${to}self_attn.out_proj`, `${from}attn.out_proj`);
    const weight = take(`${from}attn.in_proj_weight`).data;
    const bias = take(`${from}attn.in_proj_bias`).data;
    ["q_proj", "k_proj", "v_proj"].forEach((name, i) => {
      out[`${w}${to}self_attn.${name}.weight`] = {
        shape: [width, width],
        data: weight.slice(i * width * width, (i + 1) * width * width)
      };
      out[`${w}${to}self_attn.${name}.bias`] = {shape: [width], data: bias.slice(i * width, (i + 1) * width)};
    });
  }
  const {shape, data} = take("proj");
  const [rows, columns] = shape;
  out["visual_projection.weight"] = {
    shape: [columns, rows],
    data: Float32Array.from(data, (_, k) => data[(k % rows) * columns + Math.floor(k / rows)])
  };
  return out;
}

async function features(bytes: Uint8Array) {
  const engine = new Engine(readModel("golden", bytes, goldenConfig), cpu(1));
  const result = await engine.run({method: "sfp", grid: [7, 7], outputs: ["features"]}, pixels(golden.image));
  await engine.close();
  return result.features.data;
}

test("Hugging Face's names give what OpenAI's names give", async () => {
  const [a, b] = [await features(goldenWeights()), await features(writeSafetensors(huggingfaceTensors()))];
  assert.ok(relativeError(b, a) <= 1e-6);
});

test("OpenAI's names without their prefix are understood", async () => {
  const bare = Object.fromEntries(
    Object.entries(openaiTensors()).map(([name, tensor]) => [name.replace("visual.", ""), tensor])
  );
  assert.deepEqual(await features(writeSafetensors(bare)), await features(goldenWeights()));
});

test("geometry is read off the shapes and the config", () => {
  const {geometry} = readModel("golden", goldenWeights(), goldenConfig);
  assert.deepEqual({...geometry, mean: 0, std: 0}, {
    width: 16, heads: 2, layers: 12, mlp: 64, epsilon: 1e-5, activation: "quick_gelu", prefix: {classToken: true, registers: 0}, patch: 4, trainedGrid: 7, positions: {convention: "offset", by: "original"}, features: 8, mean: 0, std: 0, classes: undefined
  }); // prettier-ignore
});

const wrong: [what: string, change: (tensors: Tensors) => void, error: RegExp][] = [
  [
    "a missing tensor",
    (t) => delete t["visual.transformer.resblocks.3.ln_2.bias"],
    /no tensor visual\.transformer\.resblocks\.3\.ln_2\.bias/
  ],
  ["no known names", (t) => Object.keys(t).forEach((name) => delete t[name]), /none of the known names/],
  [
    "a tensor of another width",
    (t) => (t["visual.ln_post.weight"] = {shape: [8], data: new Float32Array(8)}),
    /ln_post\.weight is \[8\], but .* \[16\]/
  ],
  [
    "positions of another grid",
    (t) => (t["visual.positional_embedding"] = {shape: [49, 16], data: new Float32Array(49 * 16)}),
    /49 rows/
  ]
];

for (const [what, change, error] of wrong)
  test(`weights with ${what} are refused by name`, () => {
    const tensors = openaiTensors();
    change(tensors);
    assert.throws(() => readModel("golden", writeSafetensors(tensors), goldenConfig), error);
  });

test("a config that contradicts the shapes is refused", () => {
  assert.throws(
    () => readModel("golden", goldenWeights(), {vision_config: {num_attention_heads: 3}}),
    /cannot be split into 3 heads/
  );
  assert.throws(() => readModel("golden", goldenWeights()), /0\.25 heads/);
  assert.throws(
    () => readModel("golden", goldenWeights(), {vision_config: {...goldenConfig.vision_config, hidden_act: "relu"}}),
    /activation .* is relu, which is not known/
  );
});
