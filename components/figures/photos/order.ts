/** The order of a contact sheet: by title, or by any measure of the chosen layer. */
import type {MeasureId} from "../../analysis/layerMeasures.js";
import type {PhotoMeasures} from "../../analysis/modelMeasures.js";

export type SheetOrder = "title" | MeasureId;

/** What is known of a photo in one layer; null where it was not measured. */
export function measureOf(photo: PhotoMeasures | undefined, id: MeasureId, layer: number): number | null {
  return photo?.measures[id][layer] ?? null;
}

/** Photos by title, or largest first by a measure; those without one come last, and equal ones by title. */
export function sheetOrder<P extends {id: string; title: string}>(
  photos: readonly P[],
  order: SheetOrder,
  value: (photo: P, id: MeasureId) => number | null
): P[] {
  const byTitle = (a: P, b: P) => a.title.localeCompare(b.title);
  if (order === "title") return photos.toSorted(byTitle);
  return photos.toSorted((a, b) => {
    const [x, y] = [value(a, order), value(b, order)];
    if (x === null || y === null) return Number(x === null) - Number(y === null) || byTitle(a, b);
    return y - x || byTitle(a, b);
  });
}
