/** What models are compared by: where outliers begin, how far each measure goes, and how far their sets agree. */
import {jaccard, overlap} from "./agreement.js";
import {layerAtDepth, relativeDepth} from "./layerMeasures.js";
import {unpackSet, type ModelMeasures, type PhotoMeasures} from "./modelMeasures.js";
import {highNormRatio} from "./norms.js";

/** The first layer (0-based) whose value is above a bound; null for none. */
export function onsetLayer(values: readonly (number | null)[], bound: number): number | null {
  const first = values.findIndex((value) => value !== null && value > bound);
  return first < 0 ? null : first;
}

/** Where a model begins to have outliers by Eq. 4, and tokens ten times the median, as relative depth; null for never. */
export function onsetDepths({measures}: Pick<PhotoMeasures, "measures">): {
  outliers: number | null;
  long: number | null;
} {
  const depth = (layer: number | null) => (layer === null ? null : relativeDepth(layer, measures.outliers.length));
  return {
    outliers: depth(onsetLayer(measures.outliers, 0)),
    long: depth(onsetLayer(measures.largest, highNormRatio))
  };
}

/** The largest of some values; null where there is none. */
export function peak(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length ? Math.max(...known) : null;
}

/** A model with one photo that it has measured. */
export interface MeasuredPhoto {
  model: ModelMeasures;
  photo: PhotoMeasures;
}

/** The models that have measured a photo. */
export function modelsOn(models: readonly ModelMeasures[], image: string): MeasuredPhoto[] {
  return models.flatMap((model) => {
    const photo = model.photos.find(({id}) => id === image);
    return photo ? [{model, photo}] : [];
  });
}

/**
 * How far the outlier sets of models agree on one photo, |A ∩ B| / |A ∪ B| for every pair, row-major; each at the layer
 * that lies as deep as the chosen one. NaN where grids differ, or both sets are empty.
 *
 * @param layer of the first model, 0-based
 */
export function modelAgreement(seen: readonly MeasuredPhoto[], layer: number): Float64Array {
  const sets = seen.map(({model: {layers, grid}, photo}) => {
    const own = layerAtDepth(layer, seen[0].model.layers, layers);
    return {grid: String(grid), set: unpackSet(photo.sets[own], grid[0] * grid[1])};
  });
  return Float64Array.from(
    sets.flatMap((a) => sets.map((b) => (a.grid === b.grid ? jaccard(overlap(a.set, b.set)) : NaN)))
  );
}
