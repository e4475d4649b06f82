/** From the numbers in a label file to class indices. */

/** In a label table: pixels that no metric sees. */
export const ignored = 255;
/** In a label table: a number that the data set does not have. */
export const invalid = -1;

/**
 * - *as-is*: numbers are class indices
 * - *reduce-zero*: 0 is not a class; 0 → 255, the others minus one, 254 (a former 255) → 255
 *   (mmseg's `reduce_zero_label`)
 * - *coco-stuff-ids*: COCO-Stuff's pixel maps (category − 1) to its 171 classes in order
 * - *coco-object-ids*: the same maps to background 0 and COCO's 80 things 1…80; stuff **and unlabelled** pixels are
 *   background, so nothing is ignored
 * - *cityscapes-ids*: `_labelIds` to the 19 training classes
 *
 * 255 is ignored by every rule but *coco-object-ids*.
 */
export type LabelRule = "as-is" | "reduce-zero" | "coco-stuff-ids" | "coco-object-ids" | "cityscapes-ids";

/** COCO category numbers (minus one) that were never assigned. */
const cocoGaps = new Set([11, 25, 28, 29, 44, 65, 67, 68, 70, 82, 90]);
const cocoLast = 181;
const cocoThings = 90;

/** Cityscapes' ids of the 19 training classes, in order. */
const cityscapes = [7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33];
const cityscapesLast = 33;

/**
 * What each of the 256 numbers that a label file can hold means: a class index, `ignored` or `invalid`.
 */
export function labelTable(rule: LabelRule, classes: number): Int16Array {
  const table = new Int16Array(256).fill(invalid);
  table[255] = ignored;
  switch (rule) {
    case "as-is":
      for (let value = 0; value < Math.min(classes, 255); ++value) table[value] = value;
      return table;
    case "reduce-zero":
      for (let value = 1; value <= Math.min(classes, 254); ++value) table[value] = value - 1;
      table[0] = ignored;
      return table;
    case "coco-stuff-ids":
      for (let value = 0, index = 0; value <= cocoLast; ++value) if (!cocoGaps.has(value)) table[value] = index++;
      return table;
    case "coco-object-ids":
      for (let value = 0, index = 1; value <= cocoLast; ++value) {
        if (value > cocoThings) table[value] = 0;
        else if (!cocoGaps.has(value)) table[value] = index++;
      }
      table[255] = 0;
      return table;
    case "cityscapes-ids":
      for (let value = 0; value <= cityscapesLast; ++value) table[value] = ignored;
      cityscapes.forEach((value, index) => (table[value] = index));
      return table;
    default:
      throw new Error(`invalid label rule: ${String(rule)}`);
  }
}
