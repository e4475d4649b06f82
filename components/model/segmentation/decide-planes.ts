import {labelMap, smallClasses, type Breathe, type DecisionRule, type LabelMap} from "./decide.js";
import {expNegative} from "./exponential.js";

/** The cosines of one query at every pixel; the array may be reused by the next call. */
export type QueryPlane = (query: number) => Float32Array;

/**
 * The decision of `decideField` for cosines that come a query at a time, as PAMR makes them. Nothing grows with the
 * number of queries: maximum and softmax denominator are kept up to date as planes pass. With an area threshold every
 * plane of a surviving class is made twice.
 */
export async function decidePlanes(
  plane: QueryPlane,
  size: number,
  rule: DecisionRule,
  breathe: Breathe = () => {}
): Promise<LabelMap> {
  const {scale, classOf, classes, probability = 0, area} = rule;
  const labels = labelMap(size, classes);
  const {greatest, sums} = await softmaxOf(plane, size, rule, labels, async (done) =>
    breathe(area === undefined ? done : done / 2)
  );
  if (area !== undefined) {
    const removed = smallClasses(labels, classes, area);
    const again = Uint8Array.from(labels, (label) => removed[label]);
    const best = new Float32Array(size).fill(-Infinity);
    for (let q = 0; q < classOf.length; ++q) {
      await breathe(0.5 + q / classOf.length / 2);
      if (removed[classOf[q]]) continue;
      const values = plane(q);
      for (let i = 0; i < size; ++i) {
        if (!again[i] || values[i] <= best[i]) continue;
        best[i] = values[i];
        labels[i] = classOf[q];
      }
    }
    for (let i = 0; i < size; ++i) {
      // What follows reads 1 / sums as the probability of the label, so a second choice takes its own share.
      if (again[i]) sums[i] /= expNegative(scale * (best[i] - greatest[i]));
    }
  }
  if (probability > 0) for (let i = 0; i < size; ++i) if (1 / sums[i] < probability) labels[i] = 0;
  return labels;
}

/** Class probabilities by planes, before any threshold: classes × size. */
export async function planeProbabilities(
  plane: QueryPlane,
  size: number,
  rule: DecisionRule,
  breathe: Breathe = () => {}
): Promise<Float32Array> {
  const {scale, classOf, classes} = rule;
  const {greatest, sums} = await softmaxOf(plane, size, rule, labelMap(size, classes), async (done) =>
    breathe(done / 2)
  );
  const out = new Float32Array(classes * size);
  for (let q = 0; q < classOf.length; ++q) {
    await breathe(0.5 + q / classOf.length / 2);
    const values = plane(q);
    const target = out.subarray(classOf[q] * size, (classOf[q] + 1) * size);
    for (let i = 0; i < size; ++i)
      target[i] = Math.max(target[i], expNegative(scale * (values[i] - greatest[i])) / sums[i]);
  }
  return out;
}

/** Largest cosine and Σ exp(scale (v − largest)) of every pixel; writes the class of the largest into `labels`. */
async function softmaxOf(
  plane: QueryPlane,
  size: number,
  {scale, classOf}: DecisionRule,
  labels: LabelMap,
  breathe: Breathe
) {
  const greatest = new Float32Array(size).fill(-Infinity);
  const sums = new Float64Array(size);
  for (let q = 0; q < classOf.length; ++q) {
    await breathe(q / classOf.length);
    const values = plane(q);
    for (let i = 0; i < size; ++i) {
      const value = values[i];
      if (value > greatest[i]) {
        sums[i] = sums[i] * expNegative(scale * (greatest[i] - value)) + 1;
        greatest[i] = value;
        labels[i] = classOf[q];
      } else sums[i] += expNegative(scale * (value - greatest[i]));
    }
  }
  return {greatest, sums};
}
