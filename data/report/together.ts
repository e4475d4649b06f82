/** Many variants in one graph: the trunk is run once for all that share it, which is most of the work. */
import {Graph} from "../../components/model/graph.js";
import {methodNamed} from "../../components/model/methods/index.js";
import {readOptions} from "../../components/model/methods/options.js";
import {weightsFile, type Model} from "../../components/model/model.js";
import {Network, type SomOptions, type Trunk} from "../../components/model/network.js";
import type {Value} from "../../components/model/graph.js";
import type {Device} from "../../components/model/runtime.js";
import type {WindowFeatures} from "../../components/model/segmentation/scores.js";
import type {PixelBatch} from "../../components/model/segmentation/windows.js";
import {gridOf} from "../../components/model/geometry.js";
import {keyValues} from "../cli/options.js";
import type {Variant} from "./variants.js";

/** A network whose trunks are made once for each way of repairing them. */
class SharedTrunks extends Network {
  private readonly made = new Map<string, Trunk>();

  override trunk(pixels: Value, last: number, som?: SomOptions): Trunk {
    const key = JSON.stringify(som && [som.factor, som.cap, som.heads, som.isolated, som.from]) ?? "plain";
    // All layers, whoever asks first; the graph keeps only what an output needs.
    const trunk = this.made.get(key) ?? super.trunk(pixels, this.geometry.layers, som);
    this.made.set(key, trunk);
    return {...trunk, layers: trunk.layers.slice(0, last)};
  }
}

export interface Together {
  /** Dense features of a batch of windows by each variant, in the order of the variants. */
  features(windows: PixelBatch): Promise<WindowFeatures[]>;
  close(): Promise<void>;
}

/** Opens one session that computes the features of all variants on windows of one size. */
export async function openTogether(
  model: Model,
  {ort, session: options}: Device,
  variants: readonly Variant[],
  side: number
): Promise<Together> {
  const grid = gridOf(model.geometry, side, side);
  const g = new Graph(weightsFile);
  const network = new SharedTrunks(g, model, grid);
  const pixels = g.input("pixels", ["batch", 3, "height", "width"]);
  const width = model.geometry.features;
  const outputs = variants.map(({method, options: words}, i) => {
    const {build, options: specs} = methodNamed(method);
    const value = build(network, pixels, readOptions(method, specs, keyValues(words)));
    // The graph numbers its own values v0, v1, ...
    return [`features-${i}`, {value, dims: ["batch", network.patches, width] as (string | number)[]}] as const;
  });
  const session = await ort.InferenceSession.create(g.finish(Object.fromEntries(outputs)), {
    ...options,
    externalData: [{path: weightsFile, data: model.checkpoint.bytes}]
  });
  return {
    async features({dims, data}) {
      if (dims[2] !== side || dims[3] !== side)
        throw new RangeError(`A window of ${dims[3]} × ${dims[2]} px came where ${side} px was expected.`);
      const found = await session.run({pixels: new ort.Tensor("float32", data, dims)});
      return outputs.map(([name]) => ({grid, width, data: found[name].data as Float32Array}));
    },
    close: () => session.release()
  };
}
