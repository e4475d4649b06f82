/** Text towers: texts to vectors, through the same blocks as the image tower (docs/methods.md, 1.3). */

import {Graph} from "../graph.js";
import {weightsFile} from "../model.js";
import {readFloats} from "../safetensors.js";
import {type Device, Sessions} from "../sessions.js";
import {Tower} from "../tower.js";
import type {TextModel} from "./model.js";

/** Added to logits that must not count. Large enough that its exponential is 0 in float32, and finite on every device. */
const forbidden = -1e9;

/**
 * The tower's graph for sequences of one length. Inputs are "embedded", B × T × W: rows of the embedding, position
 * added; and "last", B × 1 × T: 1 at the place that is the text's. Output is "features", B × E.
 *
 * The embedding is not in the graph: a few rows of 100 MB are wanted, and they can be read where they lie.
 */
export function buildTextGraph({geometry, weights, mask}: TextModel, length: number): Uint8Array {
  const g = new Graph(weightsFile);
  const tower = new Tower(g, geometry, weights.blocks);
  const {width, layers, epsilon, features} = geometry;
  const embedded = g.input("embedded", ["batch", length, width]);
  const last = g.input("last", ["batch", 1, length]);
  const later = (i: number) => (i % length > Math.floor(i / length) ? forbidden : 0);
  const causal =
    mask === "causal"
      ? g.floats(
          Array.from({length: length ** 2}, (_, i) => later(i)),
          [1, 1, length, length]
        )
      : undefined;
  let x = g.reshape(embedded, -1, width);
  for (let layer = 1; layer <= layers; layer++) x = tower.block(x, layer, length, causal).output;
  const ends = g.reshape(g.matmul(last, g.reshape(x, -1, length, width)), -1, width);
  const value = g.linear(g.layerNorm(ends, weights.normFinal, epsilon), weights.projection);
  return g.finish({features: {value, dims: ["batch", features]}});
}

/** Rows of numbers, one after the other. */
export interface TextRows {
  width: number;
  values: Float32Array;
}

/** Anything that makes vectors of texts. */
export interface TextEncoding {
  /** One row a text, not normalised. */
  encode(texts: readonly string[], options?: EncodeOptions): Promise<TextRows>;
}

export interface EncodeOptions {
  signal?: AbortSignal;
  /** Told after each batch how many texts are done. */
  onProgress?: (done: number, total: number) => void;
}

/** Texts that go through the tower at once: more gains nothing and costs memory. */
const batchSize = 32;

/** What cuts texts into a tower's tokens. */
export interface TextTokens {
  /** Number of tokens that it knows. */
  readonly size: number;
  /**
   * Token ids of a text, `length` of them: start and end where a model has them, then padding.
   *
   * @throws Error for a text that is too long, naming it
   */
  sequence(text: string, length: number): Int32Array;
}

/** A text tower on a device. One session is kept: that of the length used last. */
export class TextTower implements TextEncoding {
  private readonly sessions: Sessions;
  private readonly positions: Float32Array;

  constructor(
    readonly model: TextModel,
    readonly tokenizer: TextTokens,
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
  encode(texts: readonly string[], options: EncodeOptions = {}): Promise<TextRows> {
    const {context} = this.model.geometry;
    return this.encodeIds(
      texts.map((text) => this.tokenizer.sequence(text, context)),
      options
    );
  }

  /** One row a sequence of token ids, each as long as the tower's context. */
  async encodeIds(sequences: readonly Int32Array[], {signal, onProgress}: EncodeOptions = {}): Promise<TextRows> {
    const {context, features} = this.model.geometry;
    const places = sequences.map((ids) => this.place(ids));
    // By the causal mask nothing after a text's place matters, and most texts are short.
    const longest = this.model.mask === "causal" ? Math.max(0, ...places) + 1 : context;
    const length = Math.min(context, Math.ceil(longest / 8) * 8);
    const values = new Float32Array(sequences.length * features);
    for (let from = 0; from < sequences.length; from += batchSize) {
      signal?.throwIfAborted();
      const batch = sequences.slice(from, from + batchSize);
      values.set(await this.run(batch, places.slice(from, from + batchSize), length), from * features);
      onProgress?.(from + batch.length, sequences.length);
    }
    return {width: features, values};
  }

  /** The place whose row is the text's. */
  private place(ids: Int32Array): number {
    const {at} = this.model;
    if (at === "last") return ids.length - 1;
    const id = at === "largest" ? ids.reduce((a, b) => Math.max(a, b)) : at.id;
    const place = ids.indexOf(id);
    if (place < 0) throw new Error(`A text has no end token (${id}): the tokeniser is of another model.`);
    return place;
  }

  /** Gives the session's memory back. */
  close(): Promise<void> {
    return this.sessions.close();
  }

  private async run(batch: readonly Int32Array[], places: number[], length: number): Promise<Float32Array> {
    const {width} = this.model.geometry;
    const causal = this.model.mask === "causal";
    const embedded = new Float32Array(batch.length * length * width);
    const last = new Float32Array(batch.length * length);
    batch.forEach((ids, b) => {
      const seen = causal ? places[b] + 1 : length;
      ids.subarray(0, seen).forEach((token, t) => this.embed(token, t, embedded.subarray((b * length + t) * width)));
      last[b * length + places[b]] = 1;
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
