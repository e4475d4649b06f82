/** No tensor of a checkpoint is passed over: one more, or one less, is an error in every family. */
import assert from "node:assert/strict";
import {describe, test} from "node:test";
import {readModel} from "../../components/model/model.js";
import {readSafetensors, type Checkpoint, type StoredTensor} from "../../components/model/safetensors.js";
import {familyBytes, familyCases, familyConfig} from "../support/families.js";

/** Tensors that a reader does without: no number depends on them. */
const dispensable = /mask_token$|logit_scale$|logit_bias$|position_ids$|rope_embed\.periods$/;

function without(checkpoint: Checkpoint, name: string): Checkpoint {
  const tensors = new Map(checkpoint.tensors);
  tensors.delete(name);
  return {...checkpoint, tensors};
}

function withTensor(checkpoint: Checkpoint, name: string, like: StoredTensor): Checkpoint {
  return {...checkpoint, tensors: new Map([...checkpoint.tensors, [name, {...like, name}]])};
}

for (const one of familyCases)
  describe(one.case, () => {
    for (const {naming, weights, config} of one.models) {
      const checkpoint = readSafetensors(familyBytes(weights));
      const settings = familyConfig(config);
      const names = [...checkpoint.tensors.keys()];
      test(`${naming}: every tensor is missed`, () => {
        for (const name of names) {
          if (dispensable.test(name)) readModel("tiny", without(checkpoint, name), settings);
          else assert.throws(() => readModel("tiny", without(checkpoint, name), settings), Error, name);
        }
      });
      test(`${naming}: a tensor too many is named`, () => {
        const block = names.find((name) => /\.0\..*norm1\.weight|\.0\..*ln_1\.weight/.test(name))!;
        const like = checkpoint.tensors.get(block)!;
        const start = block.replace(/(norm1|layer_norm1|ln_1)\.weight$/, "");
        for (const extra of [
          `${start}extra.gamma`,
          "register_extra",
          `${start}attn.q_norm.weight`,
          "fc_norm.weight",
          "dist_token"
        ])
          assert.throws(
            () => readModel("tiny", withTensor(checkpoint, extra, like), settings),
            new RegExp(/extra/.test(extra) ? extra.replaceAll(".", "\\.") : "not known here"),
            extra
          );
      });
      test(`${naming}: a tensor of another shape is named`, () => {
        for (const name of names) {
          const tensor = checkpoint.tensors.get(name)!;
          if (dispensable.test(name) || tensor.shape.length === 0) continue;
          const tensors = new Map(checkpoint.tensors);
          tensors.set(name, {...tensor, shape: [...tensor.shape.slice(0, -1), tensor.shape.at(-1)! + 1]});
          assert.throws(() => readModel("tiny", {...checkpoint, tensors}, settings), Error, name);
        }
      });
    }
  });

test("what is known not to be known is refused by name", () => {
  const open = (name: string, naming: string) => {
    const one = familyCases.find(({case: id}) => id === name)!.models.find((model) => model.naming === naming)!;
    return {weights: familyBytes(one.weights), config: familyConfig(one.config)};
  };
  const refuse = (
    name: string,
    naming: string,
    change: (config: Record<string, unknown>) => unknown,
    error: RegExp
  ) => {
    const {weights, config} = open(name, naming);
    assert.throws(() => readModel("tiny", weights, change(config)), error);
  };
  const vision = (config: Record<string, unknown>, more: object) => {
    const cfg = config.model_cfg as {vision_cfg: object};
    return {...config, model_cfg: {...cfg, vision_cfg: {...cfg.vision_cfg, ...more}}};
  };
  refuse("siglip", "huggingface", (c) => ({...c, model_type: "siglip2"}), /NaFlex/);
  refuse("dinov3", "huggingface", (c) => ({...c, model_type: "dinov3_convnext"}), /ConvNeXt/);
  refuse("dinov3", "original", (c) => ({...c, pos_embed_rope_normalize_coords: "max"}), /normalize_coords max/);
  refuse("dinov3", "original", (c) => ({...c, pos_embed_rope_min_period: 2}), /min_period/);
  refuse("openclip-gelu", "openclip", (c) => vision(c, {layers: [3, 4, 6, 3]}), /ResNet/);
  refuse("openclip-gelu", "openclip", (c) => vision(c, {attentional_pool: true}), /attentional_pool/);
  refuse("openclip-gelu", "openclip", (c) => vision(c, {pool_type: "avg"}), /pool_type/);
  refuse("eva02", "openclip", (c) => vision(c, {timm_model_name: "eva02_enormous_patch14_clip_224"}), /eva02_enormous/);
  refuse("eva02", "openclip", (c) => vision(c, {timm_model_name: "vit_x"}), /timm_model_name vit_x/);
  refuse(
    "openclip-gelu",
    "huggingface",
    (c) => ({...c, vision_config: {...(c.vision_config as object), hidden_act: "relu"}}),
    /hidden_act relu/
  );
  refuse("dinov2", "huggingface", (c) => ({...c, num_hidden_layers: 4}), /number of layers is 4, the weights' is 3/);
  refuse("dinov2", "huggingface", (c) => ({...c, use_swiglu_ffn: true}), /gated MLP/);
  refuse("dinov2", "timm", (c) => ({...c, architecture: "vit_small_patch14_reg4_dinov2"}), /registers/);
});

test("a text tower of another kind leaves the image tower", () => {
  const {weights, config} = familyCases.find(({case: id}) => id === "openclip-gelu")!.models[0];
  const settings = familyConfig(config);
  const cfg = settings.model_cfg as {text_cfg: object};
  const model = readModel("tiny", familyBytes(weights), {
    ...settings,
    model_cfg: {...cfg, text_cfg: {...cfg.text_cfg, embed_cls: true}}
  });
  assert.equal(model.textTower, undefined);
  assert.match(model.textProblem!, /embed_cls/);
});

test("what no config decides is guessed and said, or given", () => {
  const {weights} = familyCases.find(({case: id}) => id === "openclip-gelu")!.models[0];
  const plain = {vision_config: {num_attention_heads: 2}, text_config: {num_attention_heads: 2}};
  const guessed = readModel("tiny", familyBytes(weights), plain);
  assert.equal(guessed.geometry.activation, "quick_gelu");
  const none = readModel("tiny", familyBytes(weights), plain, {activation: "gelu"});
  assert.equal(none.geometry.activation, "gelu");
  assert.equal(none.textTower!.geometry.activation, "gelu");
});
