/** What a model's own config says, whichever library wrote it. */
import type {PositionsChoice} from "../geometry.js";

export type Json = Record<string, unknown>;

/** A JSON value as an object; anything else as an empty one. */
export function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** A positive number of a config, or undefined. */
export function positive(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 ? value : undefined;
}

function triple(value: unknown): [number, number, number] | undefined {
  return Array.isArray(value) && value.length === 3 && value.every((v) => typeof v === "number")
    ? (value as [number, number, number])
    : undefined;
}

/** Who wrote a config; "original" are a constructor's arguments as Meta's code names them. */
export type ConfigKind = "huggingface" | "openclip" | "timm" | "original" | "none";

export function configKind(config: Json): ConfigKind {
  if ("model_cfg" in config) return "openclip";
  if ("architecture" in config || "pretrained_cfg" in config || "model_args" in config) return "timm";
  if ("embed_dim" in config && "depth" in config) return "original";
  return Object.keys(config).length ? "huggingface" : "none";
}

/** A tower as its config describes it; what it does not say is undefined. */
export interface TowerConfig {
  width?: number;
  heads?: number;
  layers?: number;
  mlp?: number;
  epsilon?: number;
  /** As the library calls it. */
  activation?: string;
  gated?: boolean;
  patch?: number;
  /** Side of the trained picture in pixels. */
  image?: number;
  registers?: number;
  classes?: number;
}

/** The image tower's part of a config. */
export function imageConfig(config: Json, kind: ConfigKind): TowerConfig {
  switch (kind) {
    case "huggingface":
      return huggingfaceTower(config.vision_config ? object(config.vision_config) : config);
    case "openclip": {
      const vision = object(object(config.model_cfg).vision_cfg);
      if (vision.timm_model_name !== undefined)
        return {image: side(vision.image_size), ...timmArguments(object(vision.timm_model_kwargs))};
      const width = positive(vision.width) ?? 768;
      return {
        width,
        heads: width / (positive(vision.head_width) ?? 64),
        layers: positive(vision.layers),
        mlp: Math.floor(width * (positive(vision.mlp_ratio) ?? 4)),
        activation: openClipActivation(config),
        patch: side(vision.patch_size),
        image: side(vision.image_size)
      };
    }
    case "timm": {
      const given = timmArguments(object(config.model_args));
      return {
        ...given,
        width: given.width ?? positive(config.num_features),
        heads: given.heads ?? positive(config.num_heads) ?? timmHeads(String(config.architecture ?? "")),
        layers: given.layers ?? positive(config.num_layers),
        epsilon: positive(config.layer_norm_eps),
        activation: timmActivation(config),
        patch: given.patch ?? positive(config.patch_size),
        image: given.image ?? side((object(config.pretrained_cfg).input_size as unknown[] | undefined)?.[1]),
        classes: typeof config.num_classes === "number" ? config.num_classes : undefined
      };
    }
    case "original":
      return {...timmArguments(config), registers: count(config.num_register_tokens ?? config.n_storage_tokens)};
    case "none":
      return {};
  }
}

/** The text tower's part of a config. */
export function textConfig(config: Json, kind: ConfigKind): TowerConfig {
  if (kind === "huggingface") return huggingfaceTower(object(config.text_config));
  if (kind !== "openclip") return {};
  const text = object(object(config.model_cfg).text_cfg);
  return {
    width: positive(text.width),
    heads: positive(text.heads),
    layers: positive(text.layers),
    activation: openClipActivation(config)
  };
}

function huggingfaceTower(tower: Json): TowerConfig {
  return {
    width: positive(tower.hidden_size),
    heads: positive(tower.num_attention_heads) ?? positive(tower.num_heads),
    layers: positive(tower.num_hidden_layers),
    mlp: positive(tower.intermediate_size),
    epsilon: positive(tower.layer_norm_eps),
    activation: typeof tower.hidden_act === "string" ? tower.hidden_act : undefined,
    gated: flag(tower.use_gated_mlp ?? tower.use_swiglu_ffn),
    patch: side(tower.patch_size),
    image: side(tower.image_size),
    registers: count(tower.num_register_tokens)
  };
}

/** timm's and Meta's names of a constructor's arguments. */
function timmArguments(args: Json): TowerConfig {
  return {
    width: positive(args.embed_dim),
    heads: positive(args.num_heads),
    layers: positive(args.depth),
    patch: side(args.patch_size),
    image: side(args.img_size)
  };
}

/** Heads of timm's architectures that are not 64 wide. */
function timmHeads(architecture: string): number | undefined {
  if (/so400m|giantopt/.test(architecture)) return 16;
  if (/dinov[23]/.test(architecture)) return /7b/.test(architecture) ? 32 : undefined;
  return /huge|giant|gigantic/.test(architecture) ? 16 : undefined;
}

function openClipActivation(config: Json): string {
  const {quick_gelu: quick = false} = object(config.model_cfg);
  if (typeof quick !== "boolean")
    throw new Error(`open_clip_config.json: quick_gelu is ${JSON.stringify(quick)}; true or false is needed.`);
  return quick ? "quick_gelu" : "gelu";
}

/** timm's names of activations, where they are not those of transformers. */
const timmActivations: Readonly<Record<string, string>> = {gelu_tanh: "gelu_pytorch_tanh", silu: "silu"};

function timmActivation(config: Json): string | undefined {
  const stated = config.hidden_act ?? object(config.model_args).act_layer;
  return typeof stated === "string" ? (timmActivations[stated] ?? stated) : undefined;
}

/** A side in pixels: a number, or twice the same one. */
function side(value: unknown): number | undefined {
  if (Array.isArray(value)) {
    if (value.some((v) => v !== value[0]))
      throw new Error(`The config asks for ${value.join(" × ")}; only squares are known here.`);
    return positive(value[0]);
  }
  return positive(value);
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : undefined;
}

function flag(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

/** How pictures are prepared, as far as a model's files say it. */
export interface Preprocessing {
  mean?: [number, number, number];
  std?: [number, number, number];
  /** Whether all of a picture is squeezed into the square, and no middle cut out. */
  squash?: boolean;
}

/** 1 / 255, as configs write it. */
const byteScale = 1 / 255;

/**
 * Mean, standard deviation and fit that the config, or the `preprocessor_config.json` beside it, states.
 *
 * @throws Error naming what is stated and not known here
 */
export function preprocessing(config: Json, preprocessor: Json): Preprocessing {
  const pretrained = object(config.pretrained_cfg);
  const openclip = object(config.preprocess_cfg);
  const refuse = (key: string, why: string): never => {
    throw new Error(`preprocessor_config.json: ${key} ${JSON.stringify(preprocessor[key])} is not known here; ${why}.`);
  };
  if (preprocessor.do_rescale === false) refuse("do_rescale", "bytes are scaled to 0 to 1 first");
  const scale = preprocessor.rescale_factor;
  if (scale !== undefined && !(typeof scale === "number" && Math.abs(scale - byteScale) < 1e-6))
    refuse("rescale_factor", "1/255 is");
  for (const key of ["image_mean", "image_std"])
    if (preprocessor[key] !== undefined && preprocessor[key] !== null && !triple(preprocessor[key]))
      refuse(key, "three numbers are, for red, green and blue");
  const squash = squashes(preprocessor, openclip);
  if (preprocessor.do_normalize === false) return {mean: [0, 0, 0], std: [1, 1, 1], squash};
  const find = (name: "mean" | "std") =>
    triple(preprocessor[`image_${name}`]) ?? triple(openclip[name]) ?? triple(pretrained[name]);
  const std = find("std");
  if (std?.some((value) => !(value > 0)))
    throw new Error(`The standard deviation of colours is ${std.join(", ")}; it has to be above 0.`);
  return {mean: find("mean"), std, squash};
}

/** transformers squeezes where a size has height and width and nothing is cropped; open_clip where it says so. */
function squashes({size, do_center_crop: cropped}: Json, openclip: Json): boolean | undefined {
  if (openclip.resize_mode !== undefined) return openclip.resize_mode === "squash";
  if (size === undefined) return undefined;
  return object(size).height !== undefined && cropped !== true;
}

export function isPositionsChoice(word: string): word is PositionsChoice {
  return word === "original" || word === "huggingface" || word === "timm";
}
