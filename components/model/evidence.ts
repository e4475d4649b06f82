/** What detectors look at, from a model: what a run has to output, and the directions that its weights have. */
import type {Evidence, Known} from "../analysis/detectors/detector.js";
import {singularDirection} from "../analysis/detectors/singular.js";
import {prefixLength} from "../records/record.js";
import {Graph, type Value} from "./graph.js";
import {eachLayer} from "./outputs.js";
import type {Engine, Output} from "./runtime.js";
import type {Norm} from "./weights.js";
import {weightsFile} from "./model.js";

/** The output that holds a piece of evidence; the others are known without a run. */
const outputNames: Partial<Record<keyof Evidence, string>> = {
  classRows: "class",
  diagonals: "diagonal",
  norms: "norms",
  features: "tokens",
  map: "attention"
};

/** The outputs of a layer (1-based) that some evidence needs. */
export function evidenceOutputs(needs: readonly (keyof Evidence)[], layer: number): string[] {
  const names = needs.flatMap((need) => outputNames[need] ?? []);
  return [...new Set(names)].map((name) => `${name}.${layer}`);
}

/** The evidence of one layer (1-based) of one image of a batch, as far as the outputs have it. */
export function evidenceOf(
  {model}: Engine,
  results: Readonly<Record<string, Output>>,
  layer: number,
  {image = 0, direction}: {image?: number; direction?: Float64Array} = {}
): Known {
  const {heads, width} = model.geometry;
  const prefix = prefixLength(model.geometry.prefix);
  const part = (name: string) => {
    const output = results[`${name}.${layer}`];
    if (!output) return undefined;
    const size = output.data.length / output.dims[0];
    return (output.data as Float32Array).subarray(image * size, (image + 1) * size);
  };
  return {
    heads,
    width,
    classRows: part("class"),
    diagonals: part("diagonal"),
    norms: part("norms")?.subarray(prefix),
    features: part("tokens")?.subarray(prefix * width),
    direction,
    map: part("attention")
  };
}

const known = new WeakMap<object, Promise<Float64Array[]>>();

/**
 * For each layer the leading left singular vector of the network up to it, linearised as SINDER does: the product of
 * I + Wo · V · diag(gain) · (I − 11ᵀ/D) over the blocks so far, LayerScale included, without MLPs (docs/methods.md). L vectors of D numbers, computed
 * once for a model.
 */
export function singularDirections(engine: Engine): Promise<Float64Array[]> {
  const {model} = engine;
  const before = known.get(model);
  if (before) return before;
  const directions = computeDirections(engine);
  known.set(model, directions);
  directions.catch(() => known.delete(model));
  return directions;
}

async function computeDirections(engine: Engine): Promise<Float64Array[]> {
  const {layers, width} = engine.model.geometry;
  const identity = Float32Array.from({length: width * width}, (_, cell) => Number(cell % (width + 1) === 0));
  const products = await engine.runGraph("singular directions", () => productsGraph(engine), {
    basis: {dims: [width, width], data: identity}
  });
  // Row k is what becomes of the k-th unit vector: the transposed product.
  return eachLayer(layers, (l) =>
    singularDirection([transposed(products[`product.${l}`].data as Float32Array, width)], width)
  );
}

/** The rows of `basis` through the linearised attention branches: after each layer, an output of their own. */
function productsGraph({model}: Engine): Uint8Array {
  const {width} = model.geometry;
  const g = new Graph(weightsFile);
  let rows = g.input("basis", [width, width]);
  const linearised = (x: Value, {scale}: Norm) => g.multiply(g.subtract(x, g.mean(x, 1)), g.weight(scale));
  const outputs = model.image.blocks.map(({norm1, value, mixNorm, output, scale1}, i) => {
    const own = g.linear(linearised(rows, norm1), {...value, bias: undefined});
    const branch = g.linear(mixNorm ? linearised(own, mixNorm) : own, {...output, bias: undefined});
    rows = g.add(rows, scale1 ? g.multiply(branch, g.weight(scale1)) : branch);
    return [`product.${i + 1}`, {value: rows, dims: [width, width]}] satisfies [string, {value: Value; dims: number[]}];
  });
  return g.finish(Object.fromEntries(outputs));
}

function transposed(matrix: Float32Array, width: number): Float32Array {
  return matrix.map((_, cell) => matrix[(cell % width) * width + Math.floor(cell / width)]);
}
