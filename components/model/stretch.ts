/** Graphs of a few consecutive blocks, so that a picture goes through its trunks in steps. */
import type {Grid} from "../records/record.js";
import {Graph, type Value} from "./graph.js";
import type {Change} from "./change.js";
import {weightsFile, type Model} from "./model.js";
import {Network, type SomOptions} from "./network.js";

/** Blocks `first` to `last` (1-based) of trunks. */
export interface Stretch {
  first: number;
  last: number;
  grid: Grid;
  /** The test and the repair; from which layer on is an input. */
  som: Omit<SomOptions, "from">;
  /** Outputs with their layer, as in a `GraphRequest`: `class.8`. */
  outputs: readonly string[];
}

/** The name of a stretch's input: pixels for the first block, else what the block before it passed on. */
export function stretchInput(first: number): string {
  return first === 1 ? "pixels" : "tokens";
}

/**
 * The ONNX graph of a stretch. It is the network of a model that has those blocks alone, fed with tokens where it does
 * not begin with pixels. Each image of a batch may be another trunk: input "from", B × 1, is the first layer of the whole
 * model whose output is repaired. So several trunks run on one copy of the weights. Without a class token the attention
 * of the pooling head's probe is an input too, "probe", B × H × N, because it is known only after the last block.
 *
 * @throws RangeError for an output that is not there
 */
export function buildStretch(model: Model, {first, last, grid, som, outputs}: Stretch): Uint8Array {
  const g = new Graph(weightsFile);
  const from = g.input("from", ["batch", 1]);
  const {heads, prefix} = model.geometry;
  const row = prefix.classToken ? undefined : g.input("probe", ["batch", heads, grid[0] * grid[1]]);
  const network = new Blocks(g, blocksOf(model, first, last), grid, from, first, row);
  const input =
    first === 1
      ? g.input("pixels", ["batch", 3, "height", "width"])
      : g.input("tokens", ["batch", network.tokens, model.geometry.width]);
  const to = typeof som.to === "number" ? som.to - first + 1 : som.to;
  network.trunk(input, last - first + 1, {...som, from: 1, to});
  return g.finish(
    Object.fromEntries(
      outputs.map((name) => {
        const [probe, layer] = name.split(".");
        const found = network.probes.get(`${probe}.${Number(layer) - first + 1}`);
        if (!found) throw new RangeError(`layers ${first} to ${last} have no output ${name}`);
        return [name, found];
      })
    )
  );
}

/** A network that repairs each image of a batch from another layer on, and may go on where other blocks ended. */
class Blocks extends Network {
  constructor(
    g: Graph,
    model: Model,
    grid: Grid,
    private readonly from: Value,
    private readonly first: number,
    private readonly row?: Value
  ) {
    super(g, model, grid);
  }

  override embed(input: Value): Value {
    return this.first === 1 ? super.embed(input) : this.flatten(input);
  }

  protected override probeRow(pixels: Value): Value {
    return this.row ?? super.probeRow(pixels);
  }

  protected override repairable(outliers: Value, layer: number): Value {
    // Compared with a number between layers.
    return this.g.and(outliers, this.g.less(this.from, this.g.scalar(this.first + layer - 0.5)));
  }
}

function blocksOf(model: Model, first: number, last: number): Model {
  const blocks = model.image.blocks.slice(first - 1, last);
  return {
    ...model,
    geometry: {...model.geometry, layers: blocks.length},
    image: {...model.image, blocks},
    changes: model.changes?.map((change) => renumbered(change, first - 1))
  };
}

/** A change for blocks that are numbered from 1 again, after those that were left out. */
function renumbered({heads, neurons, output, repairs, ...change}: Change, before: number): Change {
  return {
    ...change,
    ...(heads && {heads: (network, joined, layer) => heads(network, joined, layer + before)}),
    ...(neurons && {
      neurons: (network, active, layer, tokens) => neurons(network, active, layer + before, tokens)
    }),
    ...(output && {output: (network, value, layer) => output(network, value, layer + before)}),
    ...(repairs && {repairs: new Set(Array.from(repairs, (layer) => layer - before))})
  };
}
