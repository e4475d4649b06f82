/** The tiny CLIP of the golden file in float64, with a place for each intervention; it shares nothing with the real one. */
import {decode, golden} from "./golden.js";

type Rows = Float64Array[];

/** What a test does to the network, told in plain loops. Layers from 1, tokens with the class token first. */
export interface ReferenceEdits {
  /** Times what a head (0-based) adds. */
  head?(layer: number, head: number): number;
  /** Changes hidden activations in place: a row a token. */
  hidden?(layer: number, rows: Rows): void;
  /** Changes a block's output in place. */
  output?(layer: number, rows: Rows): void;
  /** Layers whose outliers are repaired. */
  repairs?: readonly number[];
}

export interface ReferenceRun {
  /** x_1 to x_L, a row a token. */
  outputs: Rows[];
  /** Head-mean attention of each layer, T × T. */
  attention: Float64Array[];
  /** Outlier sets by Eq. 4, of each layer. */
  outliers: number[][];
  /** Hidden activations of each layer. */
  hidden: Rows[];
  /** Dense features, N × E. */
  features: Float64Array;
}

const {width, heads, layers, patch, grid: side, ln_eps: epsilon} = golden.config;

const known = new Map<string, Float64Array>();
function weight(name: string): Float64Array {
  const found = known.get(name) ?? Float64Array.from(decode(golden.weights[name]));
  known.set(name, found);
  return found;
}

function linear(x: Float64Array, name: string, {from = 0, rows}: {from?: number; rows?: number} = {}, separator = ".") {
  const w = weight(`${name}${separator}weight`);
  const b = weight(`${name}${separator}bias`);
  return Float64Array.from({length: rows ?? b.length}, (_, r) =>
    x.reduce((sum, value, i) => sum + w[(from + r) * x.length + i] * value, b[from + r])
  );
}

function norm(x: Float64Array, name: string): Float64Array {
  const mean = x.reduce((a, b) => a + b) / x.length;
  const variance = x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length;
  return x.map(
    (v, i) => ((v - mean) / Math.sqrt(variance + epsilon)) * weight(`${name}.weight`)[i] + weight(`${name}.bias`)[i]
  );
}

function softmax(values: number[]): number[] {
  const most = Math.max(...values);
  const raised = values.map((v) => Math.exp(v - most));
  const sum = raised.reduce((a, b) => a + b);
  return raised.map((v) => v / sum);
}

/** A run on the square image of the golden file. */
export function referenceRun(edits: ReferenceEdits = {}, image = golden.image): ReferenceRun {
  const x = embed(decode(image));
  const run: ReferenceRun = {outputs: [], attention: [], outliers: [], hidden: [], features: new Float64Array()};
  let stream = x;
  for (let layer = 1; layer <= layers; ++layer) stream = block(stream, layer, edits, run);
  const projection = weight("proj");
  const out = golden.config.out;
  run.features = Float64Array.from(
    stream.slice(1).flatMap((row) => {
      const y = norm(row, "ln_post");
      return Array.from({length: out}, (_, e) => y.reduce((sum, v, i) => sum + v * projection[i * out + e], 0));
    })
  );
  return run;
}

function embed(pixels: Float32Array): Rows {
  const kernel = weight("conv1.weight");
  const size = side * patch;
  const patches = Array.from({length: side * side}, (_, p) => {
    const [top, left] = [Math.floor(p / side) * patch, (p % side) * patch];
    return Float64Array.from({length: width}, (_w, d) => {
      let sum = 0;
      for (let c = 0; c < 3; ++c)
        for (let i = 0; i < patch; ++i)
          for (let j = 0; j < patch; ++j)
            sum += kernel[((d * 3 + c) * patch + i) * patch + j] * pixels[(c * size + top + i) * size + left + j];
      return sum;
    });
  });
  const positions = weight("positional_embedding");
  return [weight("class_embedding"), ...patches].map((row, t) =>
    norm(
      row.map((v, i) => v + positions[t * width + i]),
      "ln_pre"
    )
  );
}

function block(x: Rows, layer: number, edits: ReferenceEdits, run: ReferenceRun): Rows {
  const name = `transformer.resblocks.${layer - 1}`;
  const y = x.map((row) => norm(row, `${name}.ln_1`));
  const [q, k, v] = [0, width, 2 * width].map((from) =>
    y.map((row) => linear(row, `${name}.attn.in_proj`, {from, rows: width}, "_"))
  );
  const dh = width / heads;
  const mean = new Float64Array(x.length ** 2);
  const joined = x.map(() => new Float64Array(width));
  for (let h = 0; h < heads; ++h) {
    const times = edits.head?.(layer, h) ?? 1;
    for (const [t, query] of q.entries()) {
      const logits = k.map((key) => {
        let sum = 0;
        for (let i = h * dh; i < (h + 1) * dh; ++i) sum += query[i] * key[i];
        return sum / Math.sqrt(dh);
      });
      for (const [s, a] of softmax(logits).entries()) {
        mean[t * x.length + s] += a / heads;
        for (let i = h * dh; i < (h + 1) * dh; ++i) joined[t][i] += times * a * v[s][i];
      }
    }
  }
  run.attention.push(mean);
  const u = x.map((row, t) => {
    const added = linear(joined[t], `${name}.attn.out_proj`);
    return row.map((value, i) => value + added[i]);
  });
  const hidden = u.map((row) =>
    linear(norm(row, `${name}.ln_2`), `${name}.mlp.c_fc`).map((z) => z / (1 + Math.exp(-1.702 * z)))
  );
  edits.hidden?.(layer, hidden);
  run.hidden.push(hidden);
  const output = u.map((row, t) => {
    const added = linear(hidden[t], `${name}.mlp.c_proj`);
    return row.map((value, i) => value + added[i]);
  });
  edits.output?.(layer, output);
  run.outputs.push(output);
  const tokens = x.length;
  const outliers = Array.from({length: tokens - 1}, (_, p) => p).filter(
    (p) => mean[(p + 1) * tokens + p + 1] < mean[p + 1]
  );
  run.outliers.push(outliers);
  return edits.repairs?.includes(layer) ? repaired(output, outliers) : output;
}

/** Eq. 5, over the neighbours that are no outliers. */
export function repaired(rows: Rows, outliers: readonly number[]): Rows {
  return rows.map((row, t) => {
    if (!outliers.includes(t - 1)) return row;
    const near = neighbours(t - 1).filter((p) => !outliers.includes(p));
    return near.length ? meanOf(near.map((p) => rows[p + 1])) : row;
  });
}

/** The patches around one. */
export function neighbours(patchIndex: number): number[] {
  const [row, column] = [Math.floor(patchIndex / side), patchIndex % side];
  return Array.from({length: side * side}, (_, p) => p).filter(
    (p) => p !== patchIndex && Math.abs(Math.floor(p / side) - row) <= 1 && Math.abs((p % side) - column) <= 1
  );
}

export function meanOf(rows: Rows): Float64Array {
  return rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
}
