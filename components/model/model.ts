/** A model: a checkpoint read once, its canonical weights, its geometry. */
import {configKind, imageConfig, object, preprocessing, textConfig, type TowerConfig} from "./families/config.js";
import type {Family, Reading, Source, TowerDefaults} from "./families/family.js";
import {familyOf} from "./families/index.js";
import {refuseLeft} from "./families/refusals.js";
import {activations, type Activation, type Geometry, type PositionsChoice, type TowerGeometry} from "./geometry.js";
import {readCheckpoint} from "./formats/index.js";
import type {Change} from "./change.js";
import type {Checkpoint} from "./safetensors.js";
import {checkBlocks, checkImage, expectShape} from "./shapes.js";
import type {TextModel} from "./text/model.js";
import {finder, type BlockWeights, type ImageWeights} from "./weights.js";

export interface Model {
  /** "vit-ti-16", or a folder's name. */
  id: string;
  geometry: Geometry;
  checkpoint: Checkpoint;
  image: ImageWeights;
  /** The text tower, where the checkpoint has one that is known. */
  textTower?: TextModel;
  /** Why the checkpoint's text tower cannot serve. */
  textProblem?: string;
  family: Pick<Family, "id" | "title">;
  /** Whose names the tensors have. */
  naming: Reading["naming"];
  /** What nothing in the files decides and was taken for likely, a sentence each. */
  guesses: readonly string[];
  /** How the image tower's blocks multiply by their weights; float32 unless said. All else is float32 in any case. */
  precision?: Precision;
  /**
   * What dense features of a model with a pooling head are: tokens after the last norm, or these through the head's path
   * of values, which is what words are compared with. Tokens unless said.
   */
  dense?: "tokens" | "pooled";
  /** What runs change in the network, in this order; nothing unless said. See `interventions/`. */
  changes?: readonly Change[];
}

export const precisions = ["float32", "float16"] as const;
export type Precision = (typeof precisions)[number];

/** The file name that graphs use for the weights they do not carry themselves. */
export const weightsFile = "model.safetensors";

/** What may stand beside a checkpoint, and what its reader asks for. */
export interface ReadOptions {
  /** Named in errors. */
  file?: string;
  /** The parsed `preprocessor_config.json`. */
  preprocessor?: unknown;
  /** Where the files are from, as a lock file says it. */
  repository?: string;
  /** Instead of what the config or the family says. */
  activation?: Activation;
  /** Whose way with other grids; the family's own unless said. */
  positions?: PositionsChoice;
}

/**
 * Makes a model of a file's bytes, or of a checkpoint that was read, and, where there is one, its parsed
 * config: transformers', open_clip's or timm's. Sizes come from the shapes; what shapes cannot tell (heads, epsilon,
 * activation, colours) from the config, else from the family. Every tensor is read or named as harmless.
 *
 * @throws Error when the file is damaged, is of no known family, has tensors that would be passed over, or shapes and
 *   config contradict each other
 */
export function readModel(
  id: string,
  weights: Uint8Array | Checkpoint,
  config?: unknown,
  {file = weightsFile, preprocessor, repository, activation, positions}: ReadOptions = {}
): Model {
  const checkpoint = weights instanceof Uint8Array ? readCheckpoint(weights, file) : weights;
  const settings = object(config);
  const source: Source = {find: finder(checkpoint), config: settings, kind: configKind(settings), repository};
  const family = familyOf(source);
  const reading = family.read(source);
  const guesses = [...(reading.guesses ?? [])];
  const asked = {activation, guesses};
  const stated = imageConfig(settings, source.kind);
  const tower = towerGeometry(reading.image.blocks, stated, reading.defaults, asked);
  const geometry = geometryOf(reading, tower, stated, preprocessing(settings, object(preprocessor)), positions);
  checkImage(reading.image, geometry, file);
  const refused = reading.text && "refused" in reading.text ? reading.text.refused : undefined;
  const text = textModel(reading, checkpoint, textConfig(settings, source.kind), asked);
  const textNames =
    refused === undefined ? "" : "|^(text|transformer|token_embedding|positional_embedding|ln_final|text_)";
  refuseLeft(source, new RegExp(`${reading.ignored.source}${textNames}`), family.title, file);
  return {
    id,
    geometry,
    checkpoint,
    image: reading.image,
    textTower: text,
    textProblem: refused,
    family: {id: family.id, title: family.title},
    naming: reading.naming,
    guesses
  };
}

interface Asked {
  activation?: Activation;
  guesses: string[];
}

/** A tower's sizes: shapes first, then its config, then what its family has. */
function towerGeometry(
  blocks: BlockWeights[],
  config: TowerConfig,
  defaults: TowerDefaults,
  {activation, guesses}: Asked
): TowerGeometry {
  if (!blocks.length) throw new Error("The weights have no transformer blocks; the file is incomplete.");
  const [mlp, width] = blocks[0].expand.weight.shape;
  if (config.width !== undefined && config.width !== width) contradiction("width", config.width, width);
  if (config.layers !== undefined && config.layers !== blocks.length)
    contradiction("number of layers", config.layers, blocks.length);
  if (config.mlp !== undefined && config.mlp !== mlp) contradiction("MLP’s width", config.mlp, mlp);
  const heads = config.heads ?? width / 64;
  if (!Number.isInteger(heads) || width % heads)
    throw new Error(
      `A width of ${width} cannot be split into ${heads} heads; config.json must say num_attention_heads.`
    );
  if (config.heads === undefined)
    noteOnce(guesses, "Heads are taken to be 64 wide: no config says how many there are.");
  const gated = blocks[0].gate !== undefined;
  if (config.gated !== undefined && config.gated !== gated) contradiction("gated MLP", config.gated, gated);
  return {
    width,
    heads,
    layers: blocks.length,
    mlp,
    epsilon: config.epsilon ?? defaults.epsilon,
    activation: gated ? gatedActivation(config, activation) : activationOf(config, defaults, activation, guesses)
  };
}

function gatedActivation({activation: stated, gated}: TowerConfig, asked?: Activation): Activation {
  if (asked !== undefined && asked !== "swiglu")
    throw new Error(`--activation ${asked}: this model's MLPs have a gate, silu(a) · b, and no other activation.`);
  // transformers' DINOv2 says "gelu" and computes silu where the MLP is gated.
  if (gated && stated !== undefined && stated !== "silu" && stated !== "gelu")
    throw new Error(`config.json: hidden_act ${stated} with a gated MLP is not known; silu is.`);
  return "swiglu";
}

function activationOf(
  {activation: stated}: TowerConfig,
  defaults: TowerDefaults,
  asked: Activation | undefined,
  guesses: string[]
): Activation {
  if (asked === "swiglu") throw new Error("--activation swiglu: this model's MLPs have no gate.");
  const chosen = asked ?? stated ?? defaults.activation;
  if (chosen === undefined) noteOnce(guesses, "The activation is taken for the exact GELU: no config says it.");
  const known = chosen ?? "gelu";
  if (!(activations as readonly string[]).includes(known) || known === "swiglu")
    throw new Error(
      `The config’s activation (hidden_act, act_layer) is ${known}, which is not known; quick_gelu, gelu and gelu_pytorch_tanh are.`
    );
  return known as Activation;
}

function noteOnce(guesses: string[], guess: string): void {
  if (!guesses.includes(guess)) guesses.push(guess);
}

function contradiction(what: string, config: unknown, weights: unknown): never {
  throw new Error(
    `The config's ${what} is ${String(config)}, the weights' is ${String(weights)}: one of the two is of another model.`
  );
}

function geometryOf(
  {image, prefix, defaults, positions, rope}: Reading,
  tower: TowerGeometry,
  config: TowerConfig,
  stated: ReturnType<typeof preprocessing>,
  by: PositionsChoice = "original"
): Geometry {
  const patch = image.patch.weight.shape[3];
  if (config.patch !== undefined && config.patch !== patch) contradiction("patch size", config.patch, patch);
  // transformers' default of 0 says nothing about the files.
  if (config.registers && config.registers !== prefix.registers)
    contradiction("number of registers", config.registers, prefix.registers);
  const {projection, classifier} = image;
  const headWidth = tower.width / tower.heads;
  if (rope && headWidth % 4)
    throw new Error(`Heads ${headWidth} wide cannot have rotary positions; a multiple of 4 is needed.`);
  return {
    ...tower,
    prefix,
    patch,
    trainedGrid: trainedGrid(image, positions?.classRow, config.image ?? defaults.image, patch),
    ...(positions && {positions: {convention: positions.conventions[by], by}}),
    ...(rope && {rope: rope(headWidth)}),
    features: projection ? projection.weight.shape[projection.stored === "in×out" ? 1 : 0] : tower.width,
    mean: stated.mean ?? defaults.mean,
    std: stated.std ?? defaults.std,
    ...((stated.squash ?? defaults.squash) && {squash: true}),
    classes: classifier?.weight.shape[0]
  };
}

/** The side of the trained grid: by the table of positions where there is one, else by the picture's. */
function trainedGrid(
  {positions}: ImageWeights,
  classRow: boolean | "either" | undefined,
  image: number | undefined,
  patch: number
): number {
  if (!positions) {
    if (classRow !== undefined) throw new Error("The weights have no table of positions; the file is incomplete.");
    return Math.floor((image ?? 224) / patch);
  }
  if (classRow === undefined)
    throw new Error(`The weights have a table of positions, ${positions.name}, which this family does not have.`);
  const count = positions.shape.at(-2) ?? 0;
  // n² and n² + 1 are never both squares.
  const sides = [
    ...(classRow === false ? [] : [Math.sqrt(count - 1)]),
    ...(classRow === true ? [] : [Math.sqrt(count)])
  ];
  const side = sides.find((n) => Number.isInteger(n) && n > 0);
  if (side === undefined) {
    const wanted = {
      true: "a class token and a square grid",
      false: "a square grid",
      either: "a square grid, with a class token or without,"
    }[String(classRow)];
    throw new Error(`${positions.name} has ${count} rows; ${wanted} were expected.`);
  }
  return side;
}

function textModel(
  {text, image}: Reading,
  checkpoint: Checkpoint,
  config: TowerConfig,
  asked: Asked
): TextModel | undefined {
  if (!text || "refused" in text) return undefined;
  const {weights, defaults, mask, at} = text;
  const tower = towerGeometry(weights.blocks, config, defaults, {
    ...asked,
    activation: asked.activation === "swiglu" ? undefined : asked.activation
  });
  const {tokens, positions, projection, normFinal, blocks} = weights;
  const {width} = tower;
  const features = projection.weight.shape[projection.stored === "in×out" ? 1 : 0];
  const {projection: ofImages} = image;
  if (ofImages && ofImages.weight.shape[ofImages.stored === "in×out" ? 1 : 0] !== features)
    throw new Error(
      `${projection.weight.name} gives ${features} features, ${ofImages.weight.name} another number: not of one model.`
    );
  const geometry = {...tower, vocabulary: tokens.shape[0], context: positions.shape[0], features};
  expectShape(tokens, geometry.vocabulary, width);
  expectShape(positions, geometry.context, width);
  expectShape(normFinal.scale, width);
  expectShape(normFinal.shift, width);
  expectShape(projection.weight, ...(projection.stored === "in×out" ? [width, features] : [features, width]));
  expectShape(projection.bias, features);
  checkBlocks(blocks, tower);
  return {checkpoint, weights, geometry, mask, at};
}
