import {ignored, invalid} from "./label-rules.js";

/**
 * A confusion matrix over any number of images: exact counts of pixels, classes × classes, a row for the labelled class,
 * a column for the predicted one. Sums of shards are sums of integers, so their order does not matter.
 */
export class Confusion {
  readonly counts: Float64Array;

  /** @throws RangeError when counts are not classes × classes whole numbers */
  constructor(
    readonly classes: number,
    counts: ArrayLike<number> = new Float64Array(classes * classes)
  ) {
    this.counts = Float64Array.from(counts);
    if (
      this.counts.length !== classes * classes ||
      !this.counts.every((count) => Number.isSafeInteger(count) && count >= 0)
    )
      throw new RangeError(`A confusion matrix of ${classes} classes is ${classes} × ${classes} whole numbers.`);
  }

  /**
   * Counts an image. Pixels whose label is ignored count nowhere, not even as predictions.
   *
   * @param labels the label file's numbers
   * @param table what they mean (`labelTable`)
   * @param predicted class of each pixel
   * @throws RangeError when sizes differ, or a label or prediction is not a class of the data set
   */
  add(labels: ArrayLike<number>, table: Int16Array, predicted: ArrayLike<number>): void {
    if (labels.length !== predicted.length)
      throw new RangeError(`${predicted.length} predictions for ${labels.length} labelled pixels.`);
    const {classes, counts} = this;
    for (let i = 0; i < labels.length; ++i) {
      const truth = table[labels[i]];
      if (truth === ignored) continue;
      if (truth === invalid || truth >= classes || predicted[i] >= classes)
        throw new RangeError(
          predicted[i] >= classes
            ? `Prediction ${predicted[i]} is not one of ${classes} classes.`
            : `Label ${labels[i]} is not one of the data set's ${classes} classes.`
        );
      ++counts[truth * classes + predicted[i]];
    }
  }

  /** Adds another matrix of as many classes. */
  merge(other: Confusion): void {
    if (other.classes !== this.classes)
      throw new RangeError(`${other.classes} classes cannot be added to ${this.classes}.`);
    for (let i = 0; i < this.counts.length; ++i) this.counts[i] += other.counts[i];
  }
}

/** Pixels of each class over a data set. */
export interface Areas {
  /** Labelled and predicted as the class. */
  intersection: Float64Array;
  predicted: Float64Array;
  labelled: Float64Array;
}

export function areas({classes, counts}: Confusion): Areas {
  const intersection = new Float64Array(classes);
  const predicted = new Float64Array(classes);
  const labelled = new Float64Array(classes);
  for (let truth = 0; truth < classes; ++truth)
    for (let guess = 0; guess < classes; ++guess) {
      const count = counts[truth * classes + guess];
      labelled[truth] += count;
      predicted[guess] += count;
      if (truth === guess) intersection[truth] = count;
    }
  return {intersection, predicted, labelled};
}

/** mmseg's IoUMetric, in percent; NaN where it is 0/0. */
export interface Scores {
  /** Mean IoU over the classes that are labelled or predicted anywhere. */
  miou: number;
  /** Share of all counted pixels that are right. */
  aacc: number;
  /** Mean accuracy over the classes that are labelled anywhere. */
  macc: number;
  iou: number[];
  accuracy: number[];
}

/** Dataset-level scores: areas are summed over all images first, so this is not the mean of per-image IoU. */
export function scores({intersection, predicted, labelled}: Areas): Scores {
  const iou = Array.from(intersection, (area, c) => (100 * area) / (predicted[c] + labelled[c] - area));
  const accuracy = Array.from(intersection, (area, c) => (100 * area) / labelled[c]);
  return {
    miou: meanDefined(iou),
    aacc: (100 * total(intersection)) / total(labelled),
    macc: meanDefined(accuracy),
    iou,
    accuracy
  };
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function meanDefined(values: number[]): number {
  const defined = values.filter((value) => !Number.isNaN(value));
  return defined.reduce((sum, value) => sum + value, 0) / defined.length;
}
