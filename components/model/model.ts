/** A model: a checkpoint read once, its canonical weights, its geometry. */
import {classTokenOnly} from "../records/record.js";
import type {Geometry, TowerGeometry} from "./geometry.js";
import {readSafetensors, type Checkpoint} from "./safetensors.js";
import {imageWeights, namingScheme, type BlockWeights, type ImageWeights, type TensorRef} from "./weights.js";

export interface Model {
  /** "vit-ti-16", or a folder's name. */
  id: string;
  geometry: Geometry;
  checkpoint: Checkpoint;
  image: ImageWeights;
  /** How the image tower's blocks multiply by their weights; float32 unless said. All else is float32 in any case. */
  precision?: Precision;
}

export const precisions = ["float32", "float16"] as const;
export type Precision = (typeof precisions)[number];

/** The file name that graphs use for the weights they do not carry themselves. */
export const weightsFile = "model.safetensors";

const clipMean = [0.48145466, 0.4578275, 0.40821073] as const;
const clipStd = [0.26862954, 0.26130258, 0.27577711] as const;

/**
 * Makes a model of a safetensors file's bytes and, where there is one, its parsed `config.json`.
 * Sizes come from the shapes; what shapes cannot tell (heads, epsilon, activation) from the config, and
 * without one from what OpenAI's CLIP (and timm's ViT) use, with heads 64 wide.
 *
 * @throws Error when the file is damaged, follows no known naming scheme, or shapes contradict each other
 */
export function readModel(id: string, bytes: Uint8Array, config?: unknown, file = weightsFile): Model {
  const checkpoint = readSafetensors(bytes, file);
  const image = imageWeights(checkpoint);
  const geometry = geometryOf(image, namingScheme(checkpoint).scheme === "timm", object(config));
  checkShapes(image, geometry, file);
  return {id, geometry, checkpoint, image};
}

type Json = Record<string, unknown>;

/** A JSON value as an object; anything else as an empty one. */
export function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** A positive number of a config, or undefined. */
export function positive(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 ? value : undefined;
}

/** Heads, epsilon and activation of a tower by its config, else as CLIP has them. Shapes give the rest. */
export function towerGeometry(
  blocks: BlockWeights[],
  config: Json,
  defaults: {epsilon: number; activation: string}
): TowerGeometry {
  if (!blocks.length) throw new Error("The weights have no transformer blocks; the file is incomplete.");
  const [mlp, width] = blocks[0].expand.weight.shape;
  const heads = positive(config.num_attention_heads) ?? positive(config.num_heads) ?? width / 64;
  if (!Number.isInteger(heads) || width % heads)
    throw new Error(
      `A width of ${width} cannot be split into ${heads} heads; config.json must say num_attention_heads.`
    );
  const activation = config.hidden_act ?? defaults.activation;
  if (activation !== "quick_gelu" && activation !== "gelu")
    throw new Error(`config.json: hidden_act ${String(activation)} is not known; quick_gelu and gelu are.`);
  return {
    width,
    heads,
    layers: blocks.length,
    mlp,
    epsilon: positive(config.layer_norm_eps) ?? defaults.epsilon,
    activation
  };
}

function geometryOf(image: ImageWeights, supervised: boolean, config: Json): Geometry {
  const vision = supervised ? config : config.vision_config ? object(config.vision_config) : config;
  const tower = towerGeometry(
    image.blocks,
    vision,
    supervised ? {epsilon: 1e-6, activation: "gelu"} : {epsilon: 1e-5, activation: "quick_gelu"}
  );
  const pretrained = object(config.pretrained_cfg);
  const patch = image.patch.weight.shape[3];
  const positions = image.positions.shape.at(-2)!;
  const trainedGrid = Math.sqrt(positions - 1);
  if (!Number.isInteger(trainedGrid))
    throw new Error(`${image.positions.name} has ${positions} rows; a class token and a square grid were expected.`);
  const {projection, classifier} = image;
  return {
    ...tower,
    prefix: classTokenOnly,
    patch,
    trainedGrid,
    features: projection ? projection.weight.shape[projection.stored === "in×out" ? 1 : 0] : tower.width,
    mean: triple(pretrained.mean) ?? (supervised ? [0.5, 0.5, 0.5] : clipMean),
    std: triple(pretrained.std) ?? (supervised ? [0.5, 0.5, 0.5] : clipStd),
    classes: classifier?.weight.shape[0]
  };
}

function triple(value: unknown): [number, number, number] | undefined {
  return Array.isArray(value) && value.length === 3 && value.every((v) => typeof v === "number")
    ? (value as [number, number, number])
    : undefined;
}

/** Every tensor's shape follows from a few numbers; a file of another model is caught here, not in the runtime. */
function checkShapes(image: ImageWeights, {width: d, mlp, patch, trainedGrid, features}: Geometry, file: string) {
  const expect = (tensor: TensorRef | undefined, ...shape: number[]) => {
    if (!tensor) return;
    const trimmed = tensor.shape.filter((n, i) => n !== 1 || i >= tensor.shape.length - shape.length);
    if (trimmed.join() !== shape.join())
      throw new Error(
        `${file}: ${tensor.name} is [${tensor.shape.join(", ")}], but the other weights imply [${shape.join(", ")}].`
      );
  };
  expect(image.patch.weight, d, 3, patch, patch);
  expect(image.patch.bias, d);
  expect(image.classToken, d);
  expect(image.positions, trainedGrid ** 2 + 1, d);
  for (const norm of [image.normPre, image.normPost, ...image.blocks.flatMap((b) => [b.norm1, b.norm2])]) {
    expect(norm?.scale, d);
    expect(norm?.shift, d);
  }
  for (const block of image.blocks) {
    for (const {weight, bias} of [block.query, block.key, block.value, block.output]) {
      expect(weight, d, d);
      expect(bias, d);
    }
    expect(block.expand.weight, mlp, d);
    expect(block.expand.bias, mlp);
    expect(block.contract.weight, d, mlp);
    expect(block.contract.bias, d);
  }
  const {projection, classifier} = image;
  if (projection) expect(projection.weight, ...(projection.stored === "in×out" ? [d, features] : [features, d]));
  if (classifier) expect(classifier.weight, classifier.weight.shape[0], d);
}
