/** What follows from one layer's maps and tokens. */
import {max, sorted, type Numbers} from "../analysis/arrays.js";
import {indicesOf} from "../analysis/detectors/detection.js";
import {som} from "../analysis/detectors/som.js";
import type {Dump, Maps, Tokens} from "./dump.js";
import type {TokenLayout} from "./layout.js";

/** One layer of one trunk: per head, H × N each. */
export interface MapRows {
  classRows: Float64Array;
  diagonals: Float64Array;
  /** The class token's attention to itself: H. */
  classSelf: Float64Array;
}

/** Class rows and diagonals of a layer's maps, patches alone. */
export function mapRows(values: Float32Array | Float64Array, {heads, tokens}: Maps, layout: TokenLayout): MapRows {
  const {prefix, classIndex} = layout;
  const patches = tokens - prefix;
  const rows = {
    classRows: new Float64Array(heads * patches),
    diagonals: new Float64Array(heads * patches),
    classSelf: new Float64Array(heads)
  };
  for (let head = 0; head < heads; ++head) {
    const map = values.subarray(head * tokens * tokens, (head + 1) * tokens * tokens);
    rows.classSelf[head] = map[classIndex * tokens + classIndex];
    for (let i = 0; i < patches; ++i) {
      rows.classRows[head * patches + i] = map[classIndex * tokens + prefix + i];
      rows.diagonals[head * patches + i] = map[(prefix + i) * (tokens + 1)];
    }
  }
  return rows;
}

/** The mean over heads of H × N. */
export function headMean(values: Float64Array, heads: number): Float64Array {
  const size = values.length / heads;
  const result = new Float64Array(size);
  values.forEach((value, i) => (result[i % size] += value / heads));
  return result;
}

/**
 * ‖x[i]‖₂ of every token of a layer: T.
 *
 * @param values the layer's tokens: T × D
 * @param place what they are called in an error
 * @throws Error where most patches are zero: nothing can be said in times their median
 */
export function dumpNorms(
  values: Float32Array | Float64Array,
  {tokens, width}: Tokens,
  {prefix}: TokenLayout,
  place: string
): Float64Array {
  const norms = new Float64Array(tokens);
  for (let i = 0; i < tokens; ++i) {
    let square = 0;
    for (let d = i * width; d < (i + 1) * width; ++d) square += values[d] * values[d];
    norms[i] = Math.sqrt(square);
  }
  if (lowerMedian(norms.subarray(prefix)) === 0)
    throw new Error(`${place}: half of the patches or more are zero; save the output of each block.`);
  return norms;
}

/** The lower of the two middle values, as PyTorch's `median` gives it, so that dumps can be checked with it. */
export function lowerMedian(values: Numbers): number {
  const ascending = sorted(values);
  return ascending[Math.floor((ascending.length - 1) / 2)];
}

/** What `import --dry-run --json` prints of a layer. */
export interface DumpLayer {
  /** 1-based. */
  layer: number;
  /** Eq. 4 with factor 1 on the mean over heads; patches from 0. */
  outliers: number[];
  /** a_ci of every patch, mean over heads. */
  classRow: number[];
  /** a_ii of every patch, mean over heads. */
  diagonal: number[];
  /** Largest over median patch norm of the layer's output, by `lowerMedian`; with tokens alone. */
  largestNormOverMedian?: number;
}

/** The plain trunk of a dump, layer by layer; every value of it is checked on the way. */
export function summariseDump({attention, tokens}: Dump, layout: TokenLayout): DumpLayer[] {
  return Array.from({length: attention.layers}, (_, index) => {
    const {classRows, diagonals} = mapRows(attention.layer(index), attention, layout);
    const {outliers} = som({classRows, diagonals, heads: attention.heads});
    const norms =
      tokens &&
      dumpNorms(tokens.layer(index), tokens, layout, `${tokens.name}, layer ${index + 1}`).subarray(layout.prefix);
    return {
      layer: index + 1,
      outliers: indicesOf(outliers),
      classRow: [...headMean(classRows, attention.heads)],
      diagonal: [...headMean(diagonals, attention.heads)],
      ...(norms && {largestNormOverMedian: max(norms) / lowerMedian(norms)})
    };
  });
}
