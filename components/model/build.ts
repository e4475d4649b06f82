import type {Grid} from "../records/record.js";
import {Graph, type Value} from "./graph.js";
import {methodNamed, methods} from "./methods/index.js";
import type {Corner, Further} from "./methods/method.js";
import type {GivenOptions} from "../analysis/options.js";
import {knownOptions} from "./known.js";
import {weightsFile, type Model} from "./model.js";
import {Network, type Probe} from "./network.js";

/** A method as it is asked for. */
export interface MethodRequest {
  /** Its name; "clip" where only the plain trunk is wanted. */
  method: string;
  options?: GivenOptions;
  /** Whether the graph has a further input "semantic", B × 1 × T × T: which tokens belong together. ResCLIP reads it. */
  semantic?: boolean;
  /** The size of the further input "external", B × M × width: a second model's features, which then decide the grid. */
  external?: {grid: Grid; width: number};
  /** Where the windows of the one picture lie that the batch is cut from; the batch is as many images. */
  corners?: readonly Corner[];
}

/** What is wanted of one forward pass. */
export interface GraphRequest extends MethodRequest {
  grid: Grid;
  /**
   * Outputs: "features" (B × N × E), "image" (the image embedding B × E, for "clip"), "logits" (B × classes), and probes by
   * name; layers are 1-based: `attention.8`, `heads.8`, `class.8`, `diagonal.8`, `self.8`, `tokens.8`,
   * `norms.8`, and with SOM `outliers.8`, `isolated.8`, `repaired.8`, `repaired-norms.8`; of SFP
   * `stage.som`, `stage.sae`, `masked.8`, `hai.sum`, `hai.round.1`, `hai.map`; of any trunk `keys.8`, `hidden.8`.
   */
  outputs: readonly string[];
}

/**
 * The methods among some that a model can have: others need more layers, a class token where it has none, or a second
 * model. Which they are shows as their graph is built.
 *
 * @param second of two models
 */
export function methodsFor(model: Model, names: readonly string[], grid: Grid, second?: Model): string[] {
  const known = fitting.get(model) ?? new Map<string, boolean>();
  fitting.set(model, known);
  return names.filter((method) => {
    const looks = looksThrough(method);
    if (looks && !second) return false;
    const width = looks ? second!.geometry.features : 0;
    const key = `${method} ${String(grid)} ${width}`;
    const fits = known.get(key) ?? canBuild(model, method, grid, width);
    known.set(key, fits);
    return fits;
  });
}

/** Whether a method cannot do without a second model. */
export function looksThrough(method: string): boolean {
  const {proxy} = methodNamed(method);
  return proxy === "needed" || proxy === "regions";
}

/** Which methods a model was found to have: photos share their grid, and a graph takes some 20 ms. */
const fitting = new WeakMap<Model, Map<string, boolean>>();

function canBuild(model: Model, method: string, grid: Grid, width: number): boolean {
  const external = methodNamed(method).proxy === "needed" ? {grid, width} : undefined;
  const corners = methodNamed(method).sharesWindows ? ([[0, 0]] as const) : undefined;
  try {
    buildFeatures(model, [{method, options: knownOptions(model.id, method), external, corners}], grid);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * The ONNX graph of a method on a patch grid. The weights stay outside, in the checkpoint's own file.
 *
 * @returns the bytes of an ONNX file with input "pixels", B × 3 × height × width
 * @throws RangeError for an unknown method, option or output
 */
export function buildGraph(model: Model, {grid, outputs, ...request}: GraphRequest): Uint8Array {
  const {g, network, pixels} = begin(model, grid);
  offer(network, "features", addMethod(network, pixels, request), request);
  needApplied(network, [request]);
  return g.finish(probesOf(network, request.method, outputs));
}

/**
 * The ONNX graph of several methods' dense features on one grid; what they compute alike is computed once.
 *
 * @returns the bytes of an ONNX file with input "pixels" and outputs "features.0", "features.1", ..., B × N × E each
 * @throws RangeError for an unknown method or option
 */
export function buildFeatures(model: Model, methods: readonly MethodRequest[], grid: Grid): Uint8Array {
  const {g, network, pixels} = begin(model, grid);
  for (const [i, request] of methods.entries())
    offer(network, `features.${i}`, addMethod(network, pixels, request), request);
  needApplied(network, methods);
  return g.finish(
    probesOf(
      network,
      "",
      methods.map((_, i) => `features.${i}`)
    )
  );
}

function offer(network: Network, name: string, features: Value, {external}: MethodRequest): void {
  const [rows, columns] = external?.grid ?? network.grid;
  network.probe(name, features, [rows * columns, network.geometry.features]);
}

function begin(model: Model, grid: Grid) {
  const g = new Graph(weightsFile);
  return {g, network: new Network(g, model, grid), pixels: g.input("pixels", ["batch", 3, "height", "width"])};
}

/**
 * Adds a method to a network.
 *
 * @returns its dense features, B × N × E
 * @throws RangeError for an unknown method or option
 */
export function addMethod(
  network: Network,
  pixels: Value,
  {method, options, semantic, external, corners}: MethodRequest
): Value {
  const {g, tokens} = network;
  const further: Further = {corners};
  if (semantic) further.semantic = g.input("semantic", ["batch", 1, tokens, tokens]);
  if (external) {
    const {grid, width} = external;
    further.external = {grid, features: g.input("external", ["batch", grid[0] * grid[1], width])};
  }
  return methodNamed(method).build(network, pixels, options, further);
}

/** @throws RangeError where no method computes what a change of the network changes: it would pass unnoticed */
export function needApplied({model, applied}: Network, requests: readonly MethodRequest[]): void {
  const idle = model.changes?.find((change) => !applied.has(change));
  if (!idle) return;
  const names = requests.map(({method}) => method).join(", ");
  if (idle.repairs)
    throw new RangeError(
      `“${idle.text}”: ${names} does not compute the output of layer ${Math.max(...idle.repairs)}, so nothing is repaired there. Name earlier layers, or take --method clip.`
    );
  const takers = Object.values(methods).flatMap(({name, options}) =>
    Object.hasOwn(options, "registers") ? [name] : []
  );
  throw new RangeError(
    idle.registers
      ? `“${idle.text}”: ${names} has no place for registers; these methods have: ${takers.join(", ")}.`
      : `“${idle.text}” changes nothing that ${names} computes: its last layer has no such part. Change an earlier layer, or take --method clip.`
  );
}

/** A network's probes by name. @throws RangeError for one that `method` does not offer */
export function probesOf({probes}: Network, method: string, names: readonly string[]): Record<string, Probe> {
  return Object.fromEntries(
    names.map((name) => {
      const probe = probes.get(name);
      if (!probe) throw new RangeError(`${method} has no output ${name}; it has ${summary([...probes.keys()])}.`);
      return [name, probe] as const;
    })
  );
}

/** Output names with the layers left out: "attention.1, attention.2, ..." as "attention.LAYER". */
function summary(names: string[]): string {
  return [...new Set(names.map((name) => name.replace(/\.\d+$/, ".LAYER")))].join(", ");
}
