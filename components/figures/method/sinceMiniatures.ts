/** What the methods since SFP compute on the toy, a few drawings each. */
import type {PatchMark} from "../../charts/patchMap.js";
import {maximum} from "../../charts/reading.js";
import type {AttentionMap} from "../../records/record.js";
import {propagate} from "../../model/segmentation/propagate.js";
import {cutRegions} from "../../model/segmentation/regions.js";
import type {Since} from "./formulas.js";
import type {GridOptions, Mini} from "./mini.js";
import {distracted, pearlAttention, proxyWeights, sharedWeights, type Rows} from "./since.js";
import {secondFeatures, toyCosines, toyGrid, toyPicture, toyWords, type Toy} from "./toy.js";

/** What draws on the page. */
interface Drawers {
  grid(title: string, read: (toy: Toy) => ArrayLike<number>, options: GridOptions): Mini;
  matrix(title: string, read: (toy: Toy) => AttentionMap, about?: string): Mini;
}

const map = (values: Float64Array): AttentionMap => ({
  tokens: Math.sqrt(values.length),
  values: Float32Array.from(values)
});

/** The drawings beside the equation of a method. */
export function sinceMiniatures(name: Since, {grid, matrix}: Drawers): Mini[] {
  const one = {reach: () => 1};
  switch (name) {
    case "pearl":
      return [
        matrix(
          "PEARL",
          ({last: {queries: q, keys: k}}) => map(pearlAttention(q, k, {alpha: 0.08, iterations: 5})),
          "class token first; 5 steps, α 0.08"
        )
      ];
    case "propagation":
      return [
        grid("F to “object”", (toy) => toyCosines(toy.features.plain).object, one),
        grid("propagated", propagated, one)
      ];
    case "registers": {
      const longest = (toy: Toy) =>
        maximum(
          ...toy.plain.map(({norms}) => norms),
          toy.registers.map(({register}) => register)
        );
      return [
        grid("norms, layer 3", ({plain}) => plain[2].norms, {reach: longest}),
        grid("with a register", ({registers}) => registers[2].patches, {reach: longest}),
        grid("the register’s own", ({registers}) => new Float64Array(16).fill(registers[2].register), {reach: longest})
      ];
    }
    case "proxyclip":
      return [
        matrix(
          "W",
          () => map(proxyWeights(secondFeatures(), {beta: 1.2, gamma: 3})),
          "patches only; the second model does not see what was planted"
        )
      ];
    case "lavg":
      return [regions(grid)];
    case "gla":
      return [
        matrix(
          "W of two windows",
          () => map(sharedWeights(byWindow(secondFeatures()), {beta: 1.2, gamma: 3, cut: 0})),
          "left half, then right half, compared with both"
        )
      ];
    case "rf-clip":
      return [
        grid("norms, layer 3", ({plain}) => plain[2].norms, {
          reach: ({plain}) => maximum(...plain.map(({norms}) => norms)),
          marks: ({last: {tokens: x}}) => marked(distracted({...x, values: x.values.subarray(x.width)}, [2], 1.35))
        })
      ];
    default:
      throw new RangeError(`there is no method ${name satisfies never}`);
  }
}

/** The scores of “object” after PEARL's propagation over a picture in which the object is white. */
function propagated(toy: Toy): Float64Array {
  const [height, width] = toyGrid;
  const scores = toyCosines(toy.features.plain);
  const text = [...toyWords.object, ...toyWords.ground];
  const found = propagate(
    {height, width, data: toyPicture()},
    (query) => (query ? scores.ground : scores.object),
    text,
    2,
    {
      bugs: "fix",
      grid: 80
    }
  );
  return found.plane(0);
}

/** The regions that LaVG cuts; the same whatever is planted, for the second model does not see it. */
function regions(grid: Drawers["grid"]): Mini {
  let found: ArrayLike<number> = new Float64Array(16);
  const mini = grid("regions", () => found, {reach: () => 2});
  let shown: Toy | undefined;
  const {width, values} = secondFeatures();
  const keys = Float32Array.from(values, (value, i) => value - (i % width < 2 ? 0.6 : 0));
  void cutRegions(keys, toyGrid, {tau: 0.3, masks: 2}).then((cut) => {
    found = Float64Array.from(cut, (region) => region + 1);
    if (shown) mini.show(shown);
  });
  return {
    element: mini.element,
    show: (toy) => {
      shown = toy;
      mini.show(toy);
    }
  };
}

/** The patches of the left half of the grid, then those of the right. */
function byWindow({width, values}: Rows): Rows {
  const [rows, columns] = toyGrid;
  const order = [0, columns / 2].flatMap((from) =>
    Array.from({length: rows}, (_, row) => [0, 1].map((column) => row * columns + from + column)).flat()
  );
  return {
    width,
    values: Float64Array.from(order.flatMap((patch) => [...values.subarray(patch * width, (patch + 1) * width)]))
  };
}

function marked(set: Uint8Array): PatchMark[] {
  return Array.from(set.keys())
    .filter((patch) => set[patch])
    .map((patch) => ({patch, mark: "outlier"}));
}
