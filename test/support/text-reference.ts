/** CLIP's text tower in float64, from docs/methods.md, 1.3, written for reading and sharing nothing with the real one. */

import type {Checkpoint} from "../../components/model/safetensors.js";
import {readFloats} from "../../components/model/safetensors.js";

type Vector = Float64Array<ArrayBuffer>;

/** The text features of one token sequence, from weights under Hugging Face's names. */
export function referenceFeatures(checkpoint: Checkpoint, tokens: number[], heads: number, layers: number): Vector {
  const get = (name: string): Float32Array => {
    const stored = checkpoint.tensors.get(name);
    if (!stored) throw new Error(`no ${name}`);
    return readFloats(checkpoint, stored);
  };
  const linear = (x: Vector, name: string): Vector => {
    const weight = get(`${name}.weight`);
    const bias = checkpoint.tensors.has(`${name}.bias`) ? get(`${name}.bias`) : undefined;
    const columns = x.length;
    return Float64Array.from({length: weight.length / columns}, (_, row) => {
      let sum = bias ? bias[row] : 0;
      for (let i = 0; i < columns; i++) sum += weight[row * columns + i] * x[i];
      return sum;
    });
  };
  const norm = (x: Vector, name: string): Vector => {
    const [scale, shift] = [get(`${name}.weight`), get(`${name}.bias`)];
    const mean = x.reduce((a, b) => a + b, 0) / x.length;
    const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length;
    return x.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-5)) * scale[i] + shift[i]);
  };
  const plus = (a: Vector, b: Vector): Vector => a.map((value, i) => value + b[i]);

  const positions = get("text_model.embeddings.position_embedding.weight");
  const width = positions.length / 77;
  const embedding = get("text_model.embeddings.token_embedding.weight");
  let xs = tokens.map((token, t) =>
    Float64Array.from({length: width}, (_, i) => embedding[token * width + i] + positions[t * width + i])
  );
  for (let l = 0; l < layers; l++) {
    const layer = `text_model.encoder.layers.${l}`;
    const ys = xs.map((x) => norm(x, `${layer}.layer_norm1`));
    const [q, k, v] = ["q", "k", "v"].map((part) => ys.map((y) => linear(y, `${layer}.self_attn.${part}_proj`)));
    const headWidth = width / heads;
    const mixed = xs.map((_, t) => {
      const out = new Float64Array(width);
      for (let head = 0; head < heads; head++) {
        const from = head * headWidth;
        const dot = (a: Vector, b: Vector): number => {
          let sum = 0;
          for (let i = from; i < from + headWidth; i++) sum += a[i] * b[i];
          return sum;
        };
        // A token sees itself and what comes before it.
        const weights = k.slice(0, t + 1).map((key) => Math.exp(dot(q[t], key) / Math.sqrt(headWidth)));
        const total = weights.reduce((a, b) => a + b, 0);
        weights.forEach((weight, s) => {
          for (let i = from; i < from + headWidth; i++) out[i] += (weight / total) * v[s][i];
        });
      }
      return out;
    });
    xs = xs.map((x, t) => plus(x, linear(mixed[t], `${layer}.self_attn.out_proj`)));
    xs = xs.map((x) => {
      const hidden = linear(norm(x, `${layer}.layer_norm2`), `${layer}.mlp.fc1`);
      return plus(
        x,
        linear(
          hidden.map((h) => h / (1 + Math.exp(-1.702 * h))),
          `${layer}.mlp.fc2`
        )
      );
    });
  }
  const end = tokens.indexOf(Math.max(...tokens));
  return linear(norm(xs[end], "text_model.final_layer_norm"), "text_projection");
}
