/** Runs of a changed network on a picture whose plain run is known: only the blocks from the first changed one on. */
import type {Grid} from "../../records/record.js";
import {buildGraph, type GraphRequest} from "../build.js";
import type {Model} from "../model.js";
import {concat} from "../outputs.js";
import type {Pixels} from "../runtime.js";
import type {Input, Output, Sessions} from "../sessions.js";
import {buildContinued, firstChanged, NotReadError} from "./continued.js";
import {amountsOf, formatInterventions, interventionKinds, spotsOf, withInterventions} from "./index.js";
import type {Donor, Intervention, Spot} from "./kind.js";
import {spotColumn, spotRows} from "./neuron.js";
import {needPatches} from "./patches.js";

/** A picture and what the network without changes made of it. */
export interface PlainRun {
  grid: Grid;
  pixels: Pixels;
  /** x_l, 1 × T × D, for l from 1; undefined where it is not kept. */
  tokens(layer: number): Input | undefined;
}

/** What is asked of the changed network; outputs of layers before its first changed block are those of the plain one. */
export type ChangedRequest = Pick<GraphRequest, "method" | "options" | "outputs">;

/**
 * Runs the network of a model with interventions. Lists that differ in their amounts, or in which neurons of a layer they
 * change and where, share a session, so that a slider, a sweep or another neuron costs the run only.
 *
 * @returns the outputs, but for those of layers before the first changed block
 * @throws RangeError for numbers that the model does not have, or a method that does not compute what is changed
 */
export async function runChanged(
  sessions: Sessions,
  model: Model,
  {grid, pixels, tokens}: PlainRun,
  list: readonly Intervention[],
  {outputs, ...request}: ChangedRequest,
  donors?: ReadonlyMap<number, Donor>
): Promise<Record<string, Output>> {
  const changed = withInterventions(model, list, {donors, asInputs: true});
  const first = Math.min(firstChanged(changed), model.geometry.layers);
  const wanted = {...request, grid, outputs: outputs.filter((name) => layerOf(name) >= first)};
  if (!wanted.outputs.length) return {};
  const before = first > 1 ? tokens(first - 1) : undefined;
  const key = JSON.stringify([structureOf(list), first, wanted]);
  const feeds = feedsOf(list, model, grid);
  if (before) {
    try {
      return await sessions.run(key, () => buildContinued(changed, wanted, first), {...feeds, tokens: before});
    } catch (error) {
      if (!(error instanceof NotReadError)) throw error;
    }
  }
  return sessions.run(`whole ${key}`, () => buildGraph(changed, wanted), {
    ...feeds,
    pixels: {dims: pixels.dims, data: pixels.data}
  });
}

/** What a graph reads of a list. @throws RangeError for a patch that the grid does not have */
function feedsOf(list: readonly Intervention[], {geometry: {mlp}}: Model, grid: Grid): Record<string, Input> {
  const [numbers, spots, patches] = [amountsOf(list), spotsOf(list), grid[0] * grid[1]];
  for (const spot of spots) needPatches("neuron", spot.patches, grid);
  const rows = (width: number, row: (spot: Spot) => Float32Array): Input => ({
    dims: [spots.length, width],
    data: concat(spots.map(row), Float32Array)
  });
  return {
    ...(numbers.length && {amounts: {dims: [numbers.length], data: Float32Array.from(numbers)}}),
    ...(spots.length && {
      columns: rows(mlp, ({index}) => spotColumn(index, mlp)),
      rows: rows(patches, (spot) => spotRows(spot.patches, patches))
    })
  };
}

/** The layer of an output such as `norms.8`; that of others is the last. */
function layerOf(name: string): number {
  return Number(/\.(\d+)$/.exec(name)?.[1] ?? Infinity);
}

/** What a graph depends on of a list: everything but its inputs. */
function structureOf(list: readonly Intervention[]): string {
  return formatInterventions(
    list.map(({kind, values}) => {
      const {amount, spot} = interventionKinds[kind];
      return {
        kind,
        values: {...values, ...(amount !== undefined && {[amount]: 0}), ...(spot(values) && {index: 0, patches: []})}
      };
    })
  );
}
