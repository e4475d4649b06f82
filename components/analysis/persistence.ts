import {sum, type Numbers} from "./arrays.js";

/** Outlier sets of one image through the network: a mask of `layers` × `patches`, as `outliers` of a record's trunk. */
export interface OutlierHistory {
  layers: number;
  patches: number;
  outliers: Numbers;
}

/** First layer (0-based) in which each patch is an outlier; −1 for never. */
export function onsets({layers, patches, outliers}: OutlierHistory): Int32Array {
  return Int32Array.from({length: patches}, (_, i) => {
    for (let l = 0; l < layers; ++l) if (outliers[l * patches + i]) return l;
    return -1;
  });
}

/** In how many layers each patch is an outlier. */
export function lifetimes({layers, patches, outliers}: OutlierHistory): Uint32Array {
  const lives = new Uint32Array(patches);
  for (let l = 0; l < layers; ++l) for (let i = 0; i < patches; ++i) if (outliers[l * patches + i]) ++lives[i];
  return lives;
}

/** What becomes of the outliers from layer `from` to the next. */
export interface Transition {
  /** 0-based. */
  from: number;
  kept: number;
  births: number;
  deaths: number;
  /** P(outlier at l + 1 | outlier at l) = kept / (kept + deaths); NaN where layer l has none. */
  persistence: number;
}

export function transitions({layers, patches, outliers}: OutlierHistory): Transition[] {
  return Array.from({length: Math.max(0, layers - 1)}, (_, from) => {
    const count = {kept: 0, births: 0, deaths: 0};
    for (let i = 0; i < patches; ++i) {
      const before = outliers[from * patches + i];
      const after = outliers[(from + 1) * patches + i];
      if (before && after) ++count.kept;
      else if (after) ++count.births;
      else if (before) ++count.deaths;
    }
    return {from, ...count, persistence: count.kept / (count.kept + count.deaths)};
  });
}

/** P(outlier at l + 1 | outlier at l) over all given transitions together, of one image or of many. */
export function persistence(all: readonly Transition[]): number {
  const kept = sum(all.map((transition) => transition.kept));
  return kept / (kept + sum(all.map((transition) => transition.deaths)));
}

/** An unbroken run of layers in which a patch is an outlier. A patch may have several. */
export interface Spell {
  patch: number;
  /** 0-based. */
  onset: number;
  /** In layers. */
  length: number;
  /** The network ended before the spell did: it lasted at least `length`. */
  censored: boolean;
}

/** By patch, then by onset. */
export function spells({layers, patches, outliers}: OutlierHistory): Spell[] {
  const found: Spell[] = [];
  for (let patch = 0; patch < patches; ++patch) {
    for (let l = 0; l < layers; ++l) {
      const onset = l;
      while (l < layers && outliers[l * patches + patch]) ++l;
      if (l > onset) found.push({patch, onset, length: l - onset, censored: l === layers});
    }
  }
  return found;
}

/**
 * Survival curve of spells, of one image or of many: the chance that a spell lasts longer than k layers, for k = 0 …
 * the longest. Kaplan and Meier's estimate, Π_{j ≤ k} (1 − ended_j / at risk_j), which counts a spell cut off by the
 * last layer for as long as it was seen. Starts at 1; empty without spells.
 */
export function survival(all: readonly Spell[]): Float64Array {
  if (!all.length) return new Float64Array();
  const longest = all.reduce((most, {length}) => Math.max(most, length), 0);
  const curve = new Float64Array(longest + 1).fill(1);
  for (let k = 1; k <= longest; ++k) {
    const atRisk = all.filter(({length}) => length >= k).length;
    const ended = all.filter(({length, censored}) => length === k && !censored).length;
    curve[k] = curve[k - 1] * (1 - ended / atRisk);
  }
  return curve;
}
