import {highNormTokens} from "../analysis/norms.js";
import {normsOf} from "../records/absent.js";
import {prefixLength, type AttentionMap, type ImageRecord, type Prefix, type Trunk} from "../records/record.js";

/** How a figure joins the heads: their mean, their maximum, or one of them (1-based). */
export type HeadChoice = "mean" | "max" | number;

/** One layer of a record, as figures draw it. Attention is in times uniform: value × number of keys. */
export interface LayerReading {
  /** From the class token to each patch. */
  classRow: Float32Array;
  /** From each patch to itself. */
  diagonal: Float32Array;
  /** classRow - diagonal: above 0 where the default test calls a patch an outlier. */
  margin: Float32Array;
  /** 1 where a patch is in the outlier set. */
  outliers: Uint8Array;
  /** How many patches are in it. */
  count: number;
  /** 1 where the block's own output is a high-norm token; nowhere in an import without tokens. */
  highNorm: Uint8Array;
}

export interface LayerChoice {
  trunk: Trunk;
  /** 0-based. */
  layer: number;
  head: HeadChoice;
  /** m in a_ii < m a_ci. */
  factor: number;
  /** At most so many outliers, greatest a_ci first; 0 for no cap. */
  cap: number;
}

/** Reads one layer of a record: the class row, the diagonal, and the outlier set of Eq. 4. */
export function readLayer(record: ImageRecord, {trunk, layer, head, factor, cap}: LayerChoice): LayerReading {
  const {classRows, diagonals, outliers: stored} = record.trunks[trunk];
  const patches = record.grid[0] * record.grid[1];
  const keys = prefixLength(record.prefix) + patches;
  const from = layer * record.heads * patches;
  const classRow = joinHeads(classRows, from, record.heads, patches, head, keys);
  const diagonal = joinHeads(diagonals, from, record.heads, patches, head, keys);
  const margin = classRow.map((value, i) => value - diagonal[i]);
  // The stored set was decided before the values were rounded for storage.
  const outliers =
    head === "mean" && factor === 1 && cap === 0
      ? stored.subarray(layer * patches, (layer + 1) * patches)
      : testOutliers(classRow, diagonal, factor, cap);
  const count = outliers.reduce((sum, flag) => sum + flag, 0);
  return {classRow, diagonal, margin, outliers, count, highNorm: highNormOf(record, trunk, layer)};
}

/** 1 where the patch is a high-norm token; none where an import came without tokens. */
export function highNormOf(record: ImageRecord, trunk: Trunk, layer: number): Uint8Array {
  if (normsOf(record.trunks[trunk])) return highNormTokens(patchNorms(record, trunk, layer));
  return new Uint8Array(record.grid[0] * record.grid[1]);
}

/** Eq. 4 with a factor and a cap: 1 where a_ii < factor × a_ci, the cap's greatest a_ci only, as the released code and the engine rank. */
export function testOutliers(
  classRow: ArrayLike<number>,
  diagonal: ArrayLike<number>,
  factor: number,
  cap: number
): Uint8Array {
  const set = Uint8Array.from(classRow, (value, i) => Number(diagonal[i] < factor * value));
  if (cap <= 0) return set;
  const members = Array.from(set.keys()).filter((i) => set[i]);
  for (const i of members.toSorted((a, b) => classRow[b] - classRow[a] || a - b).slice(cap)) set[i] = 0;
  return set;
}

/** The token that a patch is in a map. */
export function tokenOf({prefix = 1}: AttentionMap, patch: number): number {
  return prefix + patch;
}

/** The attention of one query token to each patch, in times uniform. Token 0 is the class token, where there is one. */
export function attentionRow(map: AttentionMap, token: number): Float32Array {
  const {tokens, prefix = 1, values} = map;
  return values.subarray(token * tokens + prefix, (token + 1) * tokens).map((value) => value * tokens);
}

/** The greatest of several maps at each place, which stands for "the head that looks there most". */
export function greatestMap(maps: AttentionMap[]): AttentionMap {
  const values = maps[0].values.slice();
  for (const map of maps.slice(1))
    for (let i = 0; i < values.length; ++i) values[i] = Math.max(values[i], map.values[i]);
  return {...maps[0], values};
}

/** Patches' norms of a block's own output: N. */
export function patchNorms(record: ImageRecord, trunk: Trunk, layer: number): Float32Array {
  const prefix = prefixLength(record.prefix);
  const tokens = prefix + record.grid[0] * record.grid[1];
  return record.trunks[trunk].norms.subarray(layer * tokens + prefix, (layer + 1) * tokens);
}

/** Patches' norms of a layer, in times the median patch of that layer and trunk. */
export function relativeNorms(
  record: ImageRecord,
  trunk: Trunk,
  layer: number,
  unit: number,
  repaired = false
): Float32Array {
  const {norms, repairedNorms} = record.trunks[trunk];
  const prefix = prefixLength(record.prefix);
  const tokens = prefix + record.grid[0] * record.grid[1];
  return (repaired ? repairedNorms : norms)
    .subarray(layer * tokens + prefix, (layer + 1) * tokens)
    .map((value) => value / unit);
}

/** The greatest of some numbers, 0 of none; NaN is passed over. */
export function maximum(...lists: ArrayLike<number>[]): number {
  let greatestValue = 0;
  for (const list of lists) for (let i = 0; i < list.length; ++i) if (list[i] > greatestValue) greatestValue = list[i];
  return greatestValue;
}

/** A patch as people read it: "(row, column)", both from 1. */
export function patchName(patch: number, columns: number): string {
  return `(${Math.floor(patch / columns) + 1}, ${(patch % columns) + 1})`;
}

/** A token as people read it: "class", "register 2", or a patch. */
export function tokenName({prefix = 1}: AttentionMap, token: number, columns: number): string {
  if (token >= prefix) return patchName(token - prefix, columns);
  return token === 0 ? "class" : `register ${token}`;
}

function joinHeads(
  values: Float32Array,
  from: number,
  heads: number,
  patches: number,
  head: HeadChoice,
  unit: number
): Float32Array {
  const joined = new Float32Array(patches);
  if (typeof head === "number") {
    const start = from + (Math.min(head, heads) - 1) * patches;
    for (let i = 0; i < patches; ++i) joined[i] = values[start + i] * unit;
    return joined;
  }
  for (let h = 0; h < heads; ++h) {
    for (let i = 0; i < patches; ++i) {
      const value = values[from + h * patches + i] * unit;
      joined[i] = head === "max" ? Math.max(joined[i], value) : joined[i] + value / heads;
    }
  }
  return joined;
}

/** What figures say of the class token's row, and what is true of the pooling probe's, which stands in for it. */
const probeWords: readonly (readonly [RegExp, string])[] = [
  [/\bclass token/g, "pooling probe"],
  [/\bclass row/g, "probe’s row"],
  [/\bclass (?=−|minus\b|is greater\b)/g, "probe "]
];

/** Words of a figure about the class token's row, for the model that they are of: one without a class token has a probe. */
export function rowWords(text: string, prefix?: Prefix): string {
  if (prefix?.classToken !== false) return text;
  return probeWords.reduce((words, [pattern, probe]) => words.replaceAll(pattern, probe), text);
}
