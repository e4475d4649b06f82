/** What a pass through a trunk leaves behind, and methods that go on from there. */
import {type Grid, type Trunk} from "../../records/record.js";
import {addMethod, probesOf, type GraphRequest} from "../../model/build.js";
import {Graph, type Value} from "../../model/graph.js";
import {weightsFile, type Model} from "../../model/model.js";
import {Network, type SomOptions, type TrunkGraph as TrunkValues, type TrunkLayer} from "../../model/network.js";

/** A graph that reads what a trunk left, and the names of what it reads: `mean.3`, `outliers.3`, `passed.11`. */
export interface Continuation {
  trunk: Trunk;
  graph: Uint8Array;
  inputs: readonly string[];
}

/**
 * The graph of a method from a trunk's kept values on, or undefined where the method needs something that
 * was not kept (such as the heads' attention of an earlier layer) or another test for outliers.
 *
 * @throws RangeError for an unknown method, option or output
 */
export function continueWith(
  model: Model,
  {grid, outputs, ...request}: GraphRequest,
  kept: SomOptions
): Continuation | undefined {
  const g = new Graph(weightsFile);
  const network = new Resumed(g, model, grid, kept);
  try {
    const features = addMethod(network, {name: "pixels"}, request);
    network.probe("features", features, [network.patches, model.geometry.features]);
  } catch (error) {
    if (error instanceof NotKept) return undefined;
    throw error;
  }
  const graph = g.finish(probesOf(network, request.method, outputs));
  return {trunk: network.used, graph, inputs: [...network.inputs.keys()]};
}

class NotKept extends Error {}

function absent(): never {
  throw new NotKept();
}

/** A network whose trunk is not computed but read. */
class Resumed extends Network {
  readonly inputs = new Map<string, Value>();
  used: Trunk = "plain";

  constructor(
    g: Graph,
    model: Model,
    grid: Grid,
    private readonly kept: SomOptions
  ) {
    super(g, model, grid);
  }

  override sequence = absent;

  override trunk(_pixels: Value, last: number, som?: SomOptions): TrunkValues {
    const repairs = som !== undefined && Number.isFinite(som.from);
    this.used = repairs ? "purified" : "plain";
    const sameTest = (["factor", "cap", "heads", "choose"] as const).every((key) => som?.[key] === this.kept[key]);
    const sameRepair = (["from", "to", "isolated"] as const).every((key) => som?.[key] === this.kept[key]);
    if (repairs && !(sameTest && sameRepair)) absent();
    const {tokens, patches} = this;
    const {width} = this.geometry;
    const passed = (layer: number) =>
      layer === 0 ? absent() : this.flatten(this.read(`passed.${layer}`, [tokens, width]));
    const read = this.read.bind(this);
    const g = this.g;
    const layers = Array.from({length: last}, (_, i): TrunkLayer => {
      const layer = i + 1;
      return {
        get meanAttention() {
          return read(`mean.${layer}`, [tokens, tokens]);
        },
        get outliers() {
          if (!som) return undefined;
          // Inputs are numbers; a mask is what exceeds a half.
          return sameTest ? g.less(g.scalar(0.5), read(`outliers.${layer}`, [patches])) : absent();
        },
        get replaced() {
          return repairs ? absent() : undefined;
        },
        get passed() {
          return passed(layer);
        },
        get output() {
          return repairs ? absent() : passed(layer);
        },
        get attention() {
          return absent();
        },
        get query() {
          return absent();
        },
        get key() {
          return absent();
        },
        get value() {
          return absent();
        },
        get classRow() {
          return absent();
        },
        get diagonal() {
          return absent();
        }
      };
    });
    return {layers, passed};
  }

  private read(name: string, dims: number[]): Value {
    const known = this.inputs.get(name) ?? this.g.input(name, ["batch", ...dims]);
    this.inputs.set(name, known);
    return known;
  }
}
