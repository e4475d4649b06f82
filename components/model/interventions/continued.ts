/** Methods on a changed network from its first changed block on: what the plain network left before it is read. */
import type {Grid} from "../../records/record.js";
import {addMethod, needApplied, probesOf, type GraphRequest} from "../build.js";
import {Graph, type Value} from "../graph.js";
import {weightsFile, type Model} from "../model.js";
import {Network, type TrunkLayer} from "../network.js";

/** The first block (1-based) that the changes of a model touch; L + 1 where there are none. */
export function firstChanged({changes = [], geometry: {layers}}: Model): number {
  return Math.min(layers + 1, ...changes.map(({first}) => first));
}

/**
 * The graph of a method that begins with block `first`. Its input "tokens", B × T × D, is x of layer `first` − 1 of the
 * plain network.
 *
 * @throws NotReadError where the method looks at something of the layers before, and has to run from the pixels on;
 *   RangeError for an unknown method, option or output
 */
export function buildContinued(model: Model, {grid, outputs, ...request}: GraphRequest, first: number): Uint8Array {
  const g = new Graph(weightsFile);
  const network = new Continued(g, model, grid, first);
  const features = addMethod(network, {name: "pixels"}, request);
  network.probe("features", features, [network.patches, model.geometry.features]);
  needApplied(network, [request]);
  return g.finish(probesOf(network, request.method, outputs));
}

/** A method looks at a layer that was not run. */
export class NotReadError extends Error {
  override name = "NotReadError";
}

function notRead(): never {
  throw new NotReadError();
}

/** A layer of which nothing is known. */
const before = new Proxy({} as TrunkLayer, {get: notRead});

/** A network whose first layers ran before. */
class Continued extends Network {
  constructor(
    g: Graph,
    model: Model,
    grid: Grid,
    private readonly first: number
  ) {
    super(g, model, grid);
  }

  override sequence = notRead;

  protected override begin(): {input: Value; layers: TrunkLayer[]} {
    const {width} = this.geometry;
    const tokens = this.g.input("tokens", ["batch", this.tokens, width]);
    return {input: this.flatten(tokens), layers: Array.from({length: this.first - 1}, () => before)};
  }
}
