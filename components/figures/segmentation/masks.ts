import type {FeatureMap, Grid} from "../../records/record.js";
import type {Asked} from "../../site/asked.js";
import {ScoreField} from "../../model/segmentation/accumulate.js";
import {decideField, type LabelMap} from "../../model/segmentation/decide.js";
import {greatestOfClasses} from "../../model/segmentation/heat.js";
import {cosines} from "../../model/segmentation/scores.js";
import {tile} from "../../model/segmentation/windows.js";
import {classPixels, imageCanvas} from "../../charts/pixels.js";

/** One method's segmentation of a photo that is one window. */
export interface PhotoMask {
  /** The class of each patch: N. */
  patches: Uint8Array;
  /** The greatest cosine of each class at each patch: classes × N. */
  heat: Float32Array[];
  /** The class of each pixel, the cosines enlarged before the decision: height × width. */
  labels: LabelMap;
  height: number;
  width: number;
}

/** Pixels a patch in the masks: as many as the models' patches have. */
const enlarged = 16;

/**
 * Segments as the shell does: cosines with every word, of synonyms the greatest, enlarged bilinearly, then the
 * greatest class.
 */
export async function segmentPatches({width, values}: FeatureMap, grid: Grid, asked: Asked): Promise<PhotoMask> {
  const {text, classOf, classes} = asked;
  const patches = grid[0] * grid[1];
  const queries = classOf.length;
  const scores = cosines({grid, width, data: values}, text.vectors);
  const heat = greatestOfClasses(scores, classOf, classes.length);
  const best = new Uint8Array(patches);
  for (let i = 0; i < patches; ++i)
    for (let c = 1; c < classes.length; ++c) if (heat[c][i] > heat[best[i]][i]) best[i] = c;
  const [height, across] = [grid[0] * enlarged, grid[1] * enlarged];
  const size = {height, width: across};
  const field = new ScoreField({tiling: tile(height, across, {crop: 0}), grid, queries, scores}, size, size);
  const labels = await decideField(field, {scale: 1, classOf, classes: classes.length});
  return {patches: best, heat, labels, height, width: across};
}

/** A mask in the colours of its classes; with `other`, only where the two differ. */
export function maskPicture({labels, height, width}: PhotoMask, other?: PhotoMask): HTMLCanvasElement {
  return imageCanvas(classPixels(labels, [height, width], (i) => !other || other.labels[i] !== labels[i]));
}

/** The share of patches to which two methods give different classes. */
export function disagreement(a: PhotoMask, b: PhotoMask): number {
  let differ = 0;
  for (let i = 0; i < a.patches.length; ++i) differ += Number(a.patches[i] !== b.patches[i]);
  return differ / a.patches.length;
}
