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
    /activation .* relu/
  );
  refuse("dinov2", "huggingface", (c) => ({...c, num_hidden_layers: 4}), /number of layers is 4, the weights' is 3/);
  refuse("dinov2", "huggingface", (c) => ({...c, use_swiglu_ffn: true}), /gated MLP/);
  refuse("dinov2", "timm", (c) => ({...c, architecture: "vit_small_patch14_reg4_dinov2"}), /registers/);
});

test("every sign of a variant that is not known is refused by name", () => {
  const open = (name: string, naming: string) => {
    const one = familyCases.find(({case: id}) => id === name)!.models.find((model) => model.naming === naming)!;
    return {checkpoint: readSafetensors(familyBytes(one.weights)), config: familyConfig(one.config)};
  };
  const parts = (config: Record<string, unknown>) =>
    config.model_cfg as {vision_cfg: Record<string, unknown>; text_cfg: Record<string, unknown>};
  const openclip = open("openclip-gelu", "openclip");
  const eva = open("eva02", "openclip");
  const withVision = ({checkpoint, config}: typeof openclip, more: object, error: RegExp) => {
    const cfg = parts(config);
    const changed = {...config, model_cfg: {...cfg, vision_cfg: {...cfg.vision_cfg, ...more}}};
    assert.throws(() => readModel("tiny", checkpoint, changed), error);
  };
  for (const [key, value] of Object.entries({
    attentional_pool: true,
    no_ln_pre: true,
    pool_type: "avg",
    final_ln_after_pool: true,
    ls_init_value: 1e-5,
    pos_embed_type: "sin_cos_2d",
    qk_norm: true,
    scale_heads: true,
    scale_fc: true,
    scale_attn: true,
    scale_cosine_attn: true,
    norm_kwargs: {eps: 1e-6},
    act_kwargs: {approximate: "tanh"}
  }))
    withVision(openclip, {[key]: value}, new RegExp(key));
  withVision(openclip, {mlp_ratio: 3}, /MLP’s width is 96, the weights' is 64/);
  withVision(eva, {timm_model_name: "eva_giant_patch14_clip_224"}, /eva_giant/);
  withVision(eva, {timm_pool: "avg"}, /timm_pool "avg"/);
  withVision(eva, {timm_proj: "mlp"}, /timm_proj "mlp"/);
  const quick = {...openclip.config, model_cfg: {...parts(openclip.config), quick_gelu: "yes"}};
  assert.throws(() => readModel("tiny", openclip.checkpoint, quick), /quick_gelu is "yes"/);
  // A text tower that is not known leaves the image tower, and says why words are not answered.
  for (const [key, value] of Object.entries({
    hf_model_name: "roberta-base",
    embed_cls: true,
    pool_type: "last",
    no_causal_mask: true,
    text_arch: "other",
    norm_kwargs: {eps: 1e-6},
    act_kwargs: {approximate: "tanh"}
  })) {
    const cfg = parts(openclip.config);
    const changed = {...openclip.config, model_cfg: {...cfg, text_cfg: {...cfg.text_cfg, [key]: value}}};
    const {textTower, textProblem} = readModel("tiny", openclip.checkpoint, changed);
    assert.equal(textTower, undefined);
    assert.match(textProblem!, new RegExp(key));
  }
  const withTensors = ({checkpoint, config}: typeof openclip, more: Record<string, number[] | null>, error: RegExp) => {
    const tensors = new Map(checkpoint.tensors);
    const [like] = tensors.values();
    for (const [name, shape] of Object.entries(more))
      if (shape) tensors.set(name, {...like, name, shape});
      else tensors.delete(name);
    assert.throws(() => readModel("tiny", {...checkpoint, tensors}, config), error);
  };
  withTensors(openclip, {"visual.layer1.0.conv1.weight": [3]}, /CLIP ResNet/);
  withTensors(openclip, {"visual.attnpool.c_proj.weight": [3]}, /CLIP ResNet/);
  withTensors(openclip, {"visual.transformer.resblocks.0.ls_1.gamma": [32]}, /ls_1\.gamma \(LayerScale\)/);
  withTensors(open("siglip", "huggingface"), {"vision_model.embeddings.patch_embedding.weight": [32, 192]}, /NaFlex/);
  const dinov3 = open("dinov3", "original");
  withTensors(dinov3, {"cls_norm.weight": [32]}, /untied norms/);
  withTensors(dinov3, {"stages.0.0.dwconv.weight": [32]}, /ConvNeXt/);
  const timm = open("dinov2", "timm");
  withTensors(timm, {"blocks.0.attn.relative_position_bias_table": [9, 2]}, /BEiT/);
  withTensors(timm, {"blocks.0.attn.q_norm.weight": [16]}, /norms of queries and keys/);
  withTensors(timm, {"fc_norm.weight": [32]}, /average pooling/);
  withTensors(timm, {"patch_embed.backbone.stem.conv.weight": [3]}, /hybrid/);
  withTensors(timm, {dist_token: [1, 1, 32]}, /distilled DeiT/);
  withTensors(timm, {pos_embed: [1, 38, 32]}, /38 rows/);
  withTensors(timm, {"blocks.0.ls1.gamma": null}, /one LayerScale of two/);
  withTensors(timm, {"blocks.0.attn.qkv.weight": [64, 32]}, /3 parts/);
  withTensors(open("dinov2", "huggingface"), {"encoder.layer.0.attention.attention.query.bias": null}, /query\.bias/);
  withTensors(open("deit3", "timm"), {pos_embed: [1, 35, 36]}, /35 rows/);
  const deit = open("deit3", "timm");
  const deitWith = (more: object) => () => readModel("tiny", deit.checkpoint, {...deit.config, ...more});
  assert.throws(deitWith({global_pool: "avg"}), /global_pool "avg"/);
  const args = deit.config.model_args as object;
  assert.throws(deitWith({model_args: {...args, act_layer: "relu"}}), /activation .* relu/);
  assert.equal(deitWith({model_args: {...args, act_layer: "gelu_tanh"}})().geometry.activation, "gelu_pytorch_tanh");
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
