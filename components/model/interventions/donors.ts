/** The tokens of other photos that interventions put in a picture's place. */
import {gridOf} from "../geometry.js";
import type {Engine, Pixels} from "../runtime.js";
import type {Donor, Intervention} from "./kind.js";

/** A photo that an intervention names, and the tokens that it wants of it. */
interface Wanted {
  photo: string;
  /** 1-based. */
  layer: number;
  patches: readonly number[];
}

/** What a list wants of other photos, by the place in the list. */
export function donorsOf(list: readonly Intervention[]): Map<number, Wanted> {
  return new Map(
    list.flatMap(({kind, values}, place) =>
      kind === "token" && values.by === "photo"
        ? [
            [
              place,
              {photo: String(values.photo), layer: Number(values.layer), patches: values.patches as readonly number[]}
            ] as const
          ]
        : []
    )
  );
}

/**
 * Runs the photos on a network without changes.
 *
 * @param read a photo as pixels
 * @throws RangeError for a patch that the photo does not have; what `read` throws
 */
export async function donorRows(
  engine: Engine,
  wanted: ReadonlyMap<number, Wanted>,
  read: (photo: string) => Promise<Pixels>
): Promise<Map<number, Donor>> {
  const {geometry} = engine.model;
  const rows = new Map<number, Donor>();
  for (const [place, {photo, layer, patches}] of wanted) {
    const pixels = await read(photo);
    const grid = gridOf(geometry, pixels.dims[2], pixels.dims[3]);
    const name = `tokens.${layer}`;
    const {[name]: tokens} = await engine.run({method: "clip", grid, outputs: [name]}, pixels);
    const {width} = geometry;
    const before = tokens.dims[1] - grid[0] * grid[1];
    const picked = new Float32Array(patches.length * width);
    for (const [i, patch] of patches.entries())
      picked.set(
        (tokens.data as Float32Array).subarray((before + patch) * width, (before + patch + 1) * width),
        i * width
      );
    rows.set(place, {grid, rows: picked});
  }
  return rows;
}
