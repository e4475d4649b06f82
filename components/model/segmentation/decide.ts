import type {ScoreField} from "./accumulate.js";
import {expNegative} from "./exponential.js";
import {countLabels} from "./labels.js";

/** How cosines become labels. */
export interface DecisionRule {
  /** Multiplies cosines before the softmax over queries (`logit_scale`). */
  scale: number;
  /** Class of each query. A class's probability is the largest of its queries'; they are not renormalised. */
  classOf: Uint16Array;
  classes: number;
  /** Pixels whose largest probability is below this become class 0 (`prob_thd`); 0: none. */
  probability?: number;
  /**
   * Classes other than 0 with at most this share of all pixels labelled other than 0 are removed, and pixels decided
   * again (`area_thd`); undefined: none.
   */
  area?: number;
}

export type LabelMap = Uint8Array | Uint16Array;

/** Called between steps with the done fraction 0..1; may wait, and may throw to stop the work. */
export type Breathe = (done: number) => Promise<void> | void;

/** An empty label map for a number of classes: bytes while they fit. */
export function labelMap(size: number, classes: number): LabelMap {
  return classes <= 256 ? new Uint8Array(size) : new Uint16Array(size);
}

/**
 * Labels of all pixels of a field, row-major. The exact decision of SCLIP's shell (scale, softmax, synonyms by maximum,
 * area threshold, probability threshold, argmax with ties to the first), but without forming probabilities:
 * a softmax keeps order, so the argmax is taken on cosines, and exponentials are summed only where a threshold asks.
 */
export async function decideField(
  field: ScoreField,
  rule: DecisionRule,
  breathe: Breathe = () => {}
): Promise<LabelMap> {
  const {height, width} = field;
  const labels = labelMap(height * width, rule.classes);
  const doubtful = new Uint8Array(height * width);
  const share = rule.area === undefined ? 1 : 2 / 3;
  await decideBlocks(field, rule, labels, doubtful, (done) => breathe(share * done));
  if (rule.area === undefined) {
    for (let i = 0; i < labels.length; ++i) if (doubtful[i]) labels[i] = 0;
    return labels;
  }
  const removed = smallClasses(labels, rule.classes, rule.area);
  for (let y = 0; y < height; ++y) {
    const part = [y * width, (y + 1) * width] as const;
    redecideRow(field, y, rule, removed, labels.subarray(...part), doubtful.subarray(...part));
    if (y % 16 === 15) await breathe(share + ((1 - share) * y) / height);
  }
  return labels;
}

/** What is known of a pixel's probability before it is computed. */
const undecided = 2;

/**
 * Labels before any threshold, and which pixels are below the probability threshold, block by block: in most blocks one
 * query is the greatest everywhere, and in most the bounds of the softmax's sum are on one side of the threshold.
 */
async function decideBlocks(
  field: ScoreField,
  {classOf, scale, probability = 0}: DecisionRule,
  labels: LabelMap,
  doubtful: Uint8Array,
  breathe: Breathe
): Promise<void> {
  const {height, width, queries, rowRuns, columnRuns} = field;
  const among = new Uint16Array(queries);
  const put = (y: number, x: number, query: number) => (labels[y * width + x] = classOf[query]);
  // p = 1 / Σ exp(scale (v − greatest)) is below the threshold just when the sum is above its reciprocal.
  const limit = 1 / probability;
  for (let i = 0; i + 1 < rowRuns.length; ++i) {
    const [top, bottom] = [rowRuns[i], rowRuns[i + 1]];
    field.band(top, bottom);
    for (let j = 0; j + 1 < columnRuns.length; ++j) {
      const [left, right] = [columnRuns[j], columnRuns[j + 1]];
      const fill = (map: LabelMap, value: number) => {
        for (let y = top; y < bottom; ++y) map.fill(value, y * width + left, y * width + right);
      };
      const count = field.contenders(left, right, among);
      if (count > 1) field.decide(left, right, among, count, put);
      else fill(labels, classOf[among[0]]);
      if (limit === Infinity) continue;
      const [least, most] = field.sums(scale, among, count);
      if (most > limit) fill(doubtful, least > limit ? 1 : undecided);
    }
    if (limit < Infinity)
      for (let y = top; y < bottom; ++y)
        doubtRow(field, y, scale, limit, doubtful.subarray(y * width, (y + 1) * width));
    await breathe(bottom / height);
  }
}

/** Computes the softmax's sum of the pixels of a row that are still undecided. */
function doubtRow(field: ScoreField, y: number, scale: number, limit: number, doubtful: Uint8Array): void {
  if (!doubtful.includes(undecided)) return;
  const {queries, width} = field;
  const cosines = new Float32Array(queries);
  field.row(y);
  for (let x = 0; x < width; ++x) {
    if (doubtful[x] !== undecided) continue;
    field.pixel(x, cosines);
    let greatest = -Infinity;
    for (let q = 0; q < queries; ++q) if (cosines[q] > greatest) greatest = cosines[q];
    let sum = 0;
    for (let q = 0; q < queries && sum <= limit; ++q) sum += expNegative(scale * (cosines[q] - greatest));
    doubtful[x] = Number(sum > limit);
  }
}

/** Decides again where a class was removed, then applies the probability threshold. */
function redecideRow(
  field: ScoreField,
  y: number,
  rule: DecisionRule,
  removed: Uint8Array,
  labels: LabelMap,
  doubtful: Uint8Array
): void {
  const {scale, classOf, probability = 0} = rule;
  const {queries} = field;
  const cosines = new Float32Array(queries);
  let ready = false;
  for (let x = 0; x < labels.length; ++x) {
    if (removed[labels[x]]) {
      if (!ready) field.row(y);
      ready = true;
      field.pixel(x, cosines);
      let best = -1;
      let value = -Infinity;
      let greatest = -Infinity;
      for (let q = 0; q < queries; ++q) {
        if (cosines[q] > greatest) greatest = cosines[q];
        if (cosines[q] > value && !removed[classOf[q]]) {
          value = cosines[q];
          best = q;
        }
      }
      labels[x] = best < 0 ? 0 : classOf[best];
      if (probability > 0) {
        const limit = expNegative(scale * (value - greatest)) / probability;
        let sum = 0;
        for (let q = 0; q < queries && sum <= limit; ++q) sum += expNegative(scale * (cosines[q] - greatest));
        doubtful[x] = Number(sum > limit);
      }
    }
    if (doubtful[x]) labels[x] = 0;
  }
}

/** 1 for each class but 0 whose share of the pixels not labelled 0 is at most `area`. */
export function smallClasses(labels: LabelMap, classes: number, area: number): Uint8Array {
  const counts = countLabels(labels, classes);
  let foreground = 0;
  for (let c = 1; c < classes; ++c) foreground += counts[c];
  return Uint8Array.from(counts, (count, c) => Number(c > 0 && count <= area * foreground));
}

/**
 * Class probabilities of all pixels, before any threshold: classes × height × width. This is the large array that
 * labels do without; ask for it for heat maps of one image.
 *
 * @param only the classes wanted, in the order wanted; all unless given
 */
export async function fieldProbabilities(
  field: ScoreField,
  {scale, classOf, classes}: DecisionRule,
  only: readonly number[] = Array.from({length: classes}, (_, c) => c),
  breathe: Breathe = () => {}
): Promise<Float32Array> {
  const {height, width, queries} = field;
  const out = new Float32Array(only.length * height * width);
  const slots: number[][] = Array.from({length: classes}, () => []);
  only.forEach((c, slot) => slots[c].push(slot));
  const cosines = new Float32Array(queries);
  for (let y = 0; y < height; ++y) {
    field.row(y);
    for (let x = 0; x < width; ++x) {
      field.pixel(x, cosines);
      const greatest = cosines.reduce((a, b) => Math.max(a, b), -Infinity);
      let sum = 0;
      for (let q = 0; q < queries; ++q) {
        cosines[q] = expNegative(scale * (cosines[q] - greatest));
        sum += cosines[q];
      }
      for (let q = 0; q < queries; ++q)
        for (const slot of slots[classOf[q]]) {
          const at = (slot * height + y) * width + x;
          out[at] = Math.max(out[at], cosines[q] / sum);
        }
    }
    if (y % 16 === 15) await breathe(y / height);
  }
  return out;
}
