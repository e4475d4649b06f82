/** How well each class suits each patch, and CLIP Surgery's form of it. */
import {cosines, type WindowFeatures} from "./scores.js";
import {featureSurgery} from "./surgery.js";

/** The words that patches are compared with. */
export interface HeatWords {
  /** Q × E. */
  vectors: Float32Array;
  /** The class of each vector. */
  classOf: ArrayLike<number>;
  classes: number;
}

/** What feature surgery needs besides: E numbers each. */
export interface SurgeryVectors {
  /** The image's own embedding: the class token's, through the head. */
  image: Float32Array;
  /** The text vector of the empty string; needed where there is a single word. */
  empty?: Float32Array;
}

/**
 * The heat map of each class: the greatest cosine of its words at each patch, or with `surgery` the greatest of what
 * CLIP Surgery leaves of them once what all words share is removed (docs/methods.md, 4.6).
 *
 * @returns classes × N
 */
export function classHeat(features: WindowFeatures, words: HeatWords, surgery?: SurgeryVectors): Float32Array[] {
  const {vectors, classOf, classes} = words;
  if (!surgery) return greatestOfClasses(cosines(features, vectors), classOf, classes);
  const {image: classToken, empty} = surgery;
  const maps = featureSurgery({patches: features.data, classToken, text: vectors, empty});
  return greatestOfClasses(patchesFirst(maps, classOf.length), classOf, classes);
}

/**
 * The greatest score of each class's words at each patch.
 *
 * @param scores N × Q
 * @returns classes × N
 */
export function greatestOfClasses(scores: Float32Array, classOf: ArrayLike<number>, classes: number): Float32Array[] {
  const queries = classOf.length;
  const patches = scores.length / queries;
  const heat = Array.from({length: classes}, () => new Float32Array(patches).fill(-Infinity));
  for (let i = 0; i < patches; ++i)
    for (let q = 0; q < queries; ++q) heat[classOf[q]][i] = Math.max(heat[classOf[q]][i], scores[i * queries + q]);
  return heat;
}

/** Q × N as N × Q. */
function patchesFirst(maps: Float32Array, queries: number): Float32Array {
  const patches = maps.length / queries;
  return Float32Array.from(maps, (_, at) => maps[(at % queries) * patches + Math.floor(at / queries)]);
}
