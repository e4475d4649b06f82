import {choice, layer, numbers, text} from "../../analysis/options.js";
import type {Value} from "../graph.js";
import type {Site} from "../change.js";
import {repairInGraph} from "../som.js";
import {needPatches} from "./patches.js";
import {defineKind, type Donor} from "./kind.js";

/** Patches' tokens in a block's output, before SOM looks at them. */
export const token = defineKind({
  name: "token",
  title: "replace a token",
  about: "A patch’s token after a layer by another vector.",
  form: "{patches} after {layer} = {by}[ {photo}]",
  example: "token 45 after 9 = neighbours",
  options: {
    patches: numbers({least: 0, integer: true, default: [0], about: "which patches, from 0, row by row"}),
    layer: layer({default: 1, last: true, about: "after which layer"}),
    by: choice({
      values: ["neighbours", "mean", "zero", "photo"],
      about: "the mean of its neighbours, the mean of all patches, zero, or the same token of the photo named behind it"
    }),
    photo: text({default: "", about: "the other photo"})
  },
  check({patches, by, photo}) {
    if (!patches.length) throw new RangeError("token: name a patch, such as “token 45 after 9 = mean”.");
    if ((by === "photo") !== (photo !== ""))
      throw new RangeError(
        by === "photo"
          ? "token: name the other photo, such as “token 45 after 9 = photo coffee”."
          : `token: “${by}” takes no photo; write “photo ${photo}” for its token.`
      );
  },
  change: ({patches, layer: at, by, photo}, {donor}) => ({
    first: at,
    output(site, output, here) {
      if (here !== at) return output;
      const {g, prefix, tokens, end, patches: count} = site;
      const {width} = site.geometry;
      needPatches("token", patches, site.grid);
      const x = g.reshape(output, -1, tokens, width);
      const old = g.slice(x, 1, prefix, end);
      const marks = Array.from({length: count}, (_, patch) => Number(patches.includes(patch)));
      const marked = g.less(g.scalar(0.5), g.floats(marks, [1, count, 1]));
      const edited = g.where(marked, substitute(site, old, {patches, by, photo, donor}), old);
      const parts = [
        ...(prefix ? [g.slice(x, 1, 0, prefix)] : []),
        edited,
        ...(end < tokens ? [g.slice(x, 1, end, tokens)] : [])
      ];
      return g.reshape(g.concat(parts, 1), -1, width);
    }
  })
});

interface Substitute {
  patches: readonly number[];
  by: "neighbours" | "mean" | "zero" | "photo";
  photo: string;
  donor?: Donor;
}

/** What stands at the chosen patches, B × N × D or alike. */
function substitute({g, grid, patches: count, geometry}: Site, old: Value, {patches, by, photo, donor}: Substitute) {
  switch (by) {
    case "neighbours": {
      const mask = Array.from({length: count}, (_, patch) => Number(patches.includes(patch)));
      const marked = g.less(g.scalar(0.5), g.floats(mask, [1, count]));
      return repairInGraph(g, old, marked, grid, "widen").features;
    }
    case "mean":
      return g.mean(old, 1);
    case "zero":
      return g.scalar(0);
    case "photo": {
      if (!donor) throw new RangeError(`token: the photo ${photo} was not run.`);
      if (donor.grid.join(" × ") !== grid.join(" × "))
        throw new RangeError(
          `token: the photo ${photo} was run on ${donor.grid.join(" × ")} patches, and this picture has ${grid.join(" × ")}, so there is no same token; run the picture as its middle square.`
        );
      const rows = new Float32Array(count * geometry.width);
      for (const [i, patch] of patches.entries())
        rows.set(donor.rows.subarray(i * geometry.width, (i + 1) * geometry.width), patch * geometry.width);
      return g.floats(rows, [1, count, geometry.width]);
    }
  }
}
