/** What an intervention does to a network, where the network asks for it. */
import type {Grid} from "../records/record.js";
import type {Geometry} from "./geometry.js";
import type {Graph, Value} from "./graph.js";
import type {RegisterOptions} from "./registerOptions.js";

/** The network that is changed, as far as changes look at it. */
export interface Site {
  g: Graph;
  geometry: Geometry;
  grid: Grid;
  /** All tokens: those before the patches, the patches from `prefix` to before `end`, and registers behind them. */
  tokens: number;
  prefix: number;
  end: number;
  patches: number;
}

/** A change of a network, layer by layer (1-based). Absent parts are left alone. */
export interface Change {
  /** The intervention as it is written: named in errors. */
  text: string;
  /** The first block that computes something else. */
  first: number;
  /** Heads side by side before the output projection of attention, rows × D. */
  heads?(site: Site, joined: Value, layer: number): Value;
  /** The hidden layer of an MLP after its activation, (B·tokens) × M; all tokens, or the patches alone. */
  neurons?(site: Site, active: Value, layer: number, tokens: number): Value;
  /** A block's output, (B·T) × D. */
  output?(site: Site, output: Value, layer: number): Value;
  /** The layers after which SOM repairs, instead of those of the method. */
  repairs?: ReadonlySet<number>;
  /** Test-time registers, for methods that take them. */
  registers?: RegisterOptions;
}
