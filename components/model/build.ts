import type {Grid} from "../analysis/record.js";
import {Graph} from "./graph.js";
import {methodNamed} from "./methods/index.js";
import {readOptions, type GivenOptions} from "./methods/options.js";
import {weightsFile, type Model} from "./model.js";
import {Network} from "./network.js";

/** What is wanted of one forward pass. */
export interface GraphRequest {
  /** A method's name; "clip" where only the plain trunk is wanted. */
  method: string;
  options?: GivenOptions;
  grid: Grid;
  /**
   * Outputs: "features" (B × N × E), "image" (the image embedding B × E, for "clip"), "logits" (B × classes), and probes by
   * name; layers are 1-based: `attention.8`, `heads.8`, `class.8`, `diagonal.8`, `self.8`, `tokens.8`,
   * `norms.8`, and with SOM `outliers.8`, `isolated.8`, `repaired.8`, `repaired-norms.8`; of SFP
   * `stage.som`, `stage.sae`, `masked.8`, `hai.sum`, `hai.round.1`, `hai.map`.
   */
  outputs: readonly string[];
}

/**
 * The ONNX graph of a method on a patch grid. The weights stay outside, in the checkpoint's own file.
 *
 * @returns the bytes of an ONNX file with input "pixels", B × 3 × height × width
 * @throws RangeError for an unknown method, option or output
 */
export function buildGraph(model: Model, {method, options, grid, outputs}: GraphRequest): Uint8Array {
  const g = new Graph(weightsFile);
  const network = new Network(g, model, grid);
  const pixels = g.input("pixels", ["batch", 3, "height", "width"]);
  const {build, options: specs} = methodNamed(method);
  const features = build(network, pixels, readOptions(method, specs, options));
  network.probe("features", features, [network.patches, model.geometry.features]);
  const wanted = outputs.map((name) => {
    const probe = network.probes.get(name);
    if (!probe) throw new RangeError(`${method} has no output ${name}; it has ${summary([...network.probes.keys()])}.`);
    return [name, probe] as const;
  });
  return g.finish(Object.fromEntries(wanted));
}

/** Output names with the layers left out: "attention.1, attention.2, ..." as "attention.LAYER". */
function summary(names: string[]): string {
  return [...new Set(names.map((name) => name.replace(/\.\d+$/, ".LAYER")))].join(", ");
}
