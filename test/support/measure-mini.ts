/** What the model card reports of a photo, measured with the project's engine. */
import {max, median, type TokenMatrix} from "../../components/analysis/arrays.js";
import {tokenNorms} from "../../components/analysis/norms.js";
import {concentration, sinkScores} from "../../components/analysis/sinks.js";
import {fit} from "../../components/model/image/fit.js";
import {normalise} from "../../components/model/image/normalise.js";
import type {Engine, Pixels} from "../../components/model/runtime.js";
import {readPicture} from "../../data/files/picture.js";

export const side = 224;
const grid = [14, 14] as const;
const patches = grid[0] * grid[1];

/** A photo as the site cuts it, the colour profile left aside as in the card's measurement. */
export async function squarePixels(file: string, {model}: Engine): Promise<Pixels> {
  const square = fit(await readPicture(file, {profile: "ignore"}), model.geometry.patch);
  return {dims: [1, 3, side, side], data: normalise(square, model.geometry, "unit").data};
}

/** What the plain trunk does with a photo. */
export interface Trace {
  /** Classes, the most likely first. */
  ranking: number[];
  /** Per layer. */
  tokens: Float32Array[];
  outliers: Uint8Array[];
  /** Largest norm of a patch over the median one. */
  massive: number[];
  /** Largest attention that a patch receives over the median one. */
  sink: number[];
}

export async function trace(engine: Engine, pixels: Pixels): Promise<Trace> {
  const {layers, width} = engine.model.geometry;
  const each = Array.from({length: layers}, (_, l) => l + 1);
  const outputs = ["logits", ...each.flatMap((l) => [`tokens.${l}`, `attention.${l}`])];
  const results = await engine.run({method: "clip", grid, outputs}, pixels);
  const logits = results.logits.data as Float32Array;
  const tokens = each.map((l) => results[`tokens.${l}`].data as Float32Array);
  const maps = each.map((l): TokenMatrix => ({tokens: patches + 1, values: results[`attention.${l}`].data}));
  return {
    ranking: Array.from(logits.keys()).toSorted((a, b) => logits[b] - logits[a]),
    tokens,
    outliers: maps.map(outliersOf),
    massive: tokens.map((values) => {
      const norms = tokenNorms({width, values}).subarray(1);
      return max(norms) / median(norms);
    }),
    sink: maps.map((map) => concentration(sinkScores(map).subarray(1)))
  };
}

/** Eq. 4: a_ii < a_ci. */
function outliersOf({tokens, values}: TokenMatrix): Uint8Array {
  return Uint8Array.from({length: tokens - 1}, (_, i) => (values[(i + 1) * (tokens + 1)] < values[i + 1] ? 1 : 0));
}

/** Mean over the patches of the cosine between two models' tokens of one layer. */
export function meanCosine(a: Float32Array, b: Float32Array, width: number): number {
  let total = 0;
  for (let token = 1; token <= patches; ++token) {
    let ab = 0;
    let aa = 0;
    let bb = 0;
    for (let k = token * width; k < (token + 1) * width; ++k) {
      ab += a[k] * b[k];
      aa += a[k] * a[k];
      bb += b[k] * b[k];
    }
    total += ab / Math.sqrt(aa * bb);
  }
  return total / patches;
}

/** The query with the largest cosine at every pixel: cosines of the patches, bilinearly enlarged. */
export function labelPixels(cosines: Float32Array, queries: number): Uint8Array {
  const [height, width] = grid;
  const along = (count: number) =>
    Array.from({length: side}, (_, i) => {
      const at = Math.max(0, ((i + 0.5) * count) / side - 0.5);
      const low = Math.min(count - 1, Math.floor(at));
      return {low, high: Math.min(count - 1, low + 1), share: at - low};
    });
  const columns = along(width);
  return Uint8Array.from(
    along(height).flatMap((row) =>
      columns.map((column) => {
        const value = (y: number, x: number, q: number) => cosines[(y * width + x) * queries + q];
        const mix = (y: number, q: number) =>
          (1 - column.share) * value(y, column.low, q) + column.share * value(y, column.high, q);
        let best = 0;
        let highest = -Infinity;
        for (let q = 0; q < queries; ++q) {
          const score = (1 - row.share) * mix(row.low, q) + row.share * mix(row.high, q);
          if (score > highest) [best, highest] = [q, score];
        }
        return best;
      })
    )
  );
}
