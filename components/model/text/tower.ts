/** CLIP's text tower: texts to vectors, through the same blocks as the image tower (docs/methods.md, 1.3). */

import type {TowerGeometry} from "../geometry.js";
import {Graph} from "../graph.js";
import {object, towerGeometry, weightsFile} from "../model.js";
import {type Checkpoint, readFloats} from "../safetensors.js";
import {type Device, Sessions} from "../sessions.js";
import {Tower} from "../tower.js";
import type {TensorRef} from "../weights.js";
import type {Tokenizer} from "./tokenizer.js";
import {type TextWeights, textWeights} from "./weights.js";

/** A text tower's sizes. */
export interface TextGeometry extends TowerGeometry {
  /** Tokens that have an embedding. */
  vocabulary: number;
  /** Longest sequence, start and end included. */
  context: number;
  /** Width of the text features, E. */
  features: number;
}

export interface TextModel {
  checkpoint: Checkpoint;
  weights: TextWeights;
  geometry: TextGeometry;
}

/**
 * The text tower of a checkpoint; undefined where it has none.
 *
 * @param config the model's parsed `config.json`, if there is one
 * @throws Error when tensors are missing or their shapes contradict each other
 */
export function readTextModel(checkpoint: Checkpoint, config?: unknown): TextModel | undefined {
  const weights = textWeights(checkpoint);
  if (!weights) return undefined;
  const tower = towerGeometry(weights.blocks, object(object(config).text_config), {
    epsilon: 1e-5,
    activation: "quick_gelu"
  });
  const {tokens, positions, projection, normFinal, blocks} = weights;
  const {width, mlp} = tower;
  const features = projection.weight.shape[projection.stored === "in×out" ? 1 : 0];
  const geometry = {...tower, vocabulary: tokens.shape[0], context: positions.shape[0], features};
  expectShape(tokens, geometry.vocabulary, width);
  expectShape(positions, geometry.context, width);
  expectShape(normFinal.scale, width);
  expectShape(projection.weight, ...(projection.stored === "in×out" ? [width, features] : [features, width]));
  for (const {query, key, value, output, expand, contract, norm1, norm2} of blocks) {
    for (const {weight} of [query, key, value, output]) expectShape(weight, width, width);
    for (const {scale, shift} of [norm1, norm2]) for (const tensor of [scale, shift]) expectShape(tensor, width);
    expectShape(expand.weight, mlp, width);
    expectShape(contract.weight, width, mlp);
  }
  return {checkpoint, weights, geometry};
}

function expectShape(tensor: TensorRef, ...shape: number[]): void {
  if (tensor.shape.join() !== shape.join())
    throw new Error(
      `${tensor.name} is [${tensor.shape.join(", ")}], but the other weights imply [${shape.join(", ")}].`
    );
}

/** Added to logits that must not count. Large enough that its exponential is 0 in float32, and finite on every device. */
const forbidden = -1e9;

/**
 * The tower's graph for sequences of one length. Inputs are "embedded", B × T × W: rows of the embedding, position
 * added; and "last", B × 1 × T: 1 at the end token, whose row is the text's. Output is "features", B × E.
 *
 * The embedding is not in the graph: a few rows of 100 MB are wanted, and they can be read where they lie.
 */
export function buildTextGraph({geometry, weights}: TextModel, length: number): Uint8Array {
  const g = new Graph(weightsFile);
  const tower = new Tower(g, geometry, weights.blocks);
  const {width, layers, epsilon, features} = geometry;
  const embedded = g.input("embedded", ["batch", length, width]);
  const last = g.input("last", ["batch", 1, length]);
  const mask = Array.from({length: length ** 2}, (_, i) => (i % length > Math.floor(i / length) ? forbidden : 0));
  const causal = g.floats(mask, [1, 1, length, length]);
  let x = g.reshape(embedded, -1, width);
  for (let layer = 1; layer <= layers; layer++) x = tower.block(x, layer, length, causal).output;
  const ends = g.reshape(g.matmul(last, g.reshape(x, -1, length, width)), -1, width);
  const value = g.linear(g.layerNorm(ends, weights.normFinal, epsilon), weights.projection);
  return g.finish({features: {value, dims: ["batch", features]}});
}

/** Rows of numbers, one after the other. */
export interface Rows {
  width: number;
  values: Float32Array;
}

/** Anything that makes vectors of texts. */
export interface TextEncoding {
  /** One row a text, not normalised. */
  encode(texts: readonly string[], options?: EncodeOptions): Promise<Rows>;
}

export interface EncodeOptions {
  signal?: AbortSignal;
  /** Told after each batch how many texts are done. */
  onProgress?: (done: number, total: number) => void;
}

/** Texts that go through the tower at once: more gains nothing and costs memory. */
const batchSize = 32;

/** A text tower on a device. One session is kept: that of the length used last. */
export class TextTower implements TextEncoding {
  private readonly sessions: Sessions;
  private readonly positions: Float32Array;

  constructor(
    readonly model: TextModel,
    readonly tokenizer: Tokenizer,
    device: Device
  ) {
    this.sessions = new Sessions(model.checkpoint, device, 1);
    const {vocabulary} = model.geometry;
    if (tokenizer.size !== vocabulary)
      throw new Error(`The tokeniser has ${tokenizer.size} tokens, the text tower ${vocabulary}: not of one model.`);
    this.positions = readFloats(model.checkpoint, model.weights.positions);
  }

  /**
   * One row a text, as the tower gives it.
   *
   * @throws Error for a text that is too long, naming it
   */
  async encode(texts: readonly string[], {signal, onProgress}: EncodeOptions = {}): Promise<Rows> {
    const {context, features} = this.model.geometry;
    const {end} = this.tokenizer;
    // By the causal mask nothing after the end token matters, and most texts are short.
    const sequences = texts.map((text) => {
      const tokens = this.tokenizer.sequence(text, context);
      return tokens.subarray(0, tokens.indexOf(end) + 1);
    });
    const longest = Math.max(0, ...sequences.map((tokens) => tokens.length));
    const length = Math.min(context, Math.ceil(longest / 8) * 8);
    const values = new Float32Array(texts.length * features);
    for (let from = 0; from < texts.length; from += batchSize) {
      signal?.throwIfAborted();
      const batch = sequences.slice(from, from + batchSize);
      values.set(await this.run(batch, length), from * features);
      onProgress?.(from + batch.length, texts.length);
    }
    return {width: features, values};
  }

  /** Gives the session's memory back. */
  close(): Promise<void> {
    return this.sessions.close();
  }

  private async run(batch: Int32Array[], length: number): Promise<Float32Array> {
    const {width} = this.model.geometry;
    const embedded = new Float32Array(batch.length * length * width);
    const last = new Float32Array(batch.length * length);
    batch.forEach((tokens, b) => {
      tokens.forEach((token, t) => this.embed(token, t, embedded.subarray((b * length + t) * width)));
      last[b * length + tokens.length - 1] = 1;
    });
    const {features} = await this.sessions.run(String(length), () => buildTextGraph(this.model, length), {
      embedded: {data: embedded, dims: [batch.length, length, width]},
      last: {data: last, dims: [batch.length, 1, length]}
    });
    return features.data as Float32Array;
  }

  /** Writes the embedding of a token at a place. */
  private embed(token: number, place: number, into: Float32Array): void {
    const {
      checkpoint,
      weights: {tokens},
      geometry: {width, vocabulary}
    } = this.model;
    const bytes = tokens.length / vocabulary;
    const row = readFloats(checkpoint, {...tokens, offset: tokens.offset + token * bytes, length: bytes});
    for (let i = 0; i < width; i++) into[i] = row[i] + this.positions[place * width + i];
  }
}
