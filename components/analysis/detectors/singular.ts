import {mean, type Features, type Numbers} from "../arrays.js";
import {seededRandom} from "../random.js";
import {cosinesTo} from "../similarity.js";
import {unit, upright} from "../vectors.js";
import {above, type Detection} from "./detection.js";
import {number} from "../options.js";
import {defineDetector} from "./detector.js";

export interface SingularOptions {
  /** How many standard deviations above the mean score the set begins. SINDER's paper: 4. */
  threshold?: number;
}

/**
 * SINDER's test (arXiv 2407.16826): |cos(x_i, u)| with u the singular direction of the network up to this layer. The
 * set is where the score exceeds mean + threshold · standard deviation over the patches.
 */
export function singular(features: Features, direction: Numbers, {threshold = 4}: SingularOptions = {}): Detection {
  const scores = cosinesTo(features, direction).map(Math.abs);
  return {scores, outliers: farAbove(scores, threshold)};
}

/** The scores that lie more than `threshold` standard deviations above their mean. */
function farAbove(scores: Numbers, threshold: number): Uint8Array {
  const centre = mean(scores);
  const deviation = Math.sqrt(mean(Float64Array.from(scores, (score) => (score - centre) ** 2)));
  return above(scores, centre + threshold * deviation);
}

export const singularDetector = defineDetector({
  name: "singular",
  label: "SINDER",
  title: "along the singular direction",
  about: "tokens along the leading singular direction of the network so far (attention branches, without MLPs)",
  source: "SINDER, arXiv 2407.16826",
  reading:
    "SINDER looks at how nearly a token points along the direction that the layers so far amplify most; it may find none.",
  unit: {label: "|cos| with the singular direction"},
  colour: "#7d8f1c",
  dash: "12 3 2 3 2 3",
  needs: ["features", "width", "direction"],
  options: {
    threshold: number({
      least: 0,
      slider: 10,
      step: 0.25,
      default: 4,
      about: "standard deviations above the mean score at which the set begins; SINDER's paper: 4",
      label: "SINDER from",
      unit: "σ"
    })
  },
  detect: ({features, width, direction}, options) => singular({values: features, width}, direction, options),
  kept: {options: ["threshold"], set: (scores, {threshold}) => farAbove(scores, threshold)},
  caption: ({threshold}) => `above mean + ${threshold} σ`
});

export interface PowerOptions {
  /** Stop when the direction turns by less than this (radians). */
  tolerance?: number;
  iterations?: number;
  seed?: number;
}

/**
 * Leading left singular vector u (unit length, D) of the product maps[n−1] ⋯ maps[0], by power iteration on M Mᵀ
 * without forming the product: 4 n D² operations an iteration. Sign: the entry of largest magnitude is positive. NaN
 * for a zero product.
 */
export function singularDirection(
  maps: readonly Numbers[],
  width: number,
  {tolerance = 1e-10, iterations = 1000, seed = 1}: PowerOptions = {}
): Float64Array {
  const random = seededRandom(seed);
  let direction = unit(Float64Array.from({length: width}, () => random() - 0.5));
  for (let iteration = 0; iteration < iterations; ++iteration) {
    let next = direction;
    for (let n = maps.length - 1; n >= 0; --n) next = unit(transposed(maps[n], next));
    for (const map of maps) next = unit(applied(map, next));
    const turn = Math.hypot(...next.map((value, d) => value - direction[d]));
    direction = next;
    if (!(turn > tolerance)) break;
  }
  return upright(direction);
}

function applied(map: Numbers, vector: Float64Array): Float64Array {
  const width = vector.length;
  const result = new Float64Array(width);
  for (let i = 0; i < width; ++i) for (let j = 0; j < width; ++j) result[i] += map[i * width + j] * vector[j];
  return result;
}

function transposed(map: Numbers, vector: Float64Array): Float64Array {
  const width = vector.length;
  const result = new Float64Array(width);
  for (let i = 0; i < width; ++i) for (let j = 0; j < width; ++j) result[j] += map[i * width + j] * vector[i];
  return result;
}
