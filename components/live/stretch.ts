/** Graphs of a few consecutive blocks, so that a picture goes through its trunks in steps. */
import type {Grid} from "../analysis/record.js";
import {Graph, type Value} from "../model/graph.js";
import {weightsFile, type Model} from "../model/model.js";
import {Network, type SomOptions} from "../model/network.js";

/** Blocks `first` to `last` (1-based) of trunks. */
export interface Stretch {
  first: number;
  last: number;
  grid: Grid;
  /** The test, and in the purified trunk the repair. */
  som: SomOptions;
  /** Outputs with their layer, as in a `GraphRequest`: `class.8`. */
  outputs: readonly string[];
}

/** The name of a stretch's input: pixels for the first block, else what the block before it passed on. */
export function stretchInput(first: number): string {
  return first === 1 ? "pixels" : "tokens";
}

/**
 * The ONNX graph of a stretch. It is the network of a model that has those blocks alone, fed with tokens where it does
 * not begin with pixels. The images of a batch are trunks: input "repaired", B × 1, says for which of them outliers are
 * repaired (1) and for which they are left alone (0). So both trunks run on one copy of the weights.
 */
export function buildStretch(model: Model, {first, last, grid, som, outputs}: Stretch): Uint8Array {
  const g = new Graph(weightsFile);
  const repaired = g.less(g.scalar(0.5), g.input("repaired", ["batch", 1]));
  const network = new Blocks(g, blocksOf(model, first, last), grid, repaired, first === 1);
  const input =
    first === 1
      ? g.input("pixels", ["batch", 3, "height", "width"])
      : g.input("tokens", ["batch", network.tokens, model.geometry.width]);
  network.trunk(input, last - first + 1, {...som, from: Math.max(1, som.from - first + 1)});
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

/** A network that repairs some images of a batch, and whose input may have been through the first blocks already. */
class Blocks extends Network {
  constructor(
    g: Graph,
    model: Model,
    grid: Grid,
    private readonly repaired: Value,
    private readonly begins: boolean
  ) {
    super(g, model, grid);
  }

  override embed(input: Value): Value {
    return this.begins ? super.embed(input) : this.flatten(input);
  }

  protected override repairable(outliers: Value): Value {
    return this.g.and(outliers, this.repaired);
  }
}

function blocksOf(model: Model, first: number, last: number): Model {
  const blocks = model.image.blocks.slice(first - 1, last);
  return {...model, geometry: {...model.geometry, layers: blocks.length}, image: {...model.image, blocks}};
}
