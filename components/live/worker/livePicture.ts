/** One picture in a model: its pixels, and all that runs have left of it. */
import {
  trunks,
  type AttentionMap,
  type FeatureMap,
  type Grid,
  type ImageRecord,
  type Provenance,
  type Trunk
} from "../../records/record.js";
import {looksThrough} from "../../model/build.js";
import {methodFeatures, probeRow, repeated, type Engines} from "../../model/compute.js";
import type {GivenOptions} from "../../analysis/options.js";
import type {SomOptions} from "../../model/network.js";
import {concat, splitHeads, toFeatures, toMap, trunkOutputs, trunkRecord} from "../../model/outputs.js";
import type {Engine, Output, Pixels} from "../../model/runtime.js";
import type {Input, Sessions} from "../../model/sessions.js";
import {buildStretch, stretchInput, type Stretch} from "../../model/stretch.js";
import {registerSettings, registerVariants, type RegisterVariant} from "../../model/registerVariants.js";
import {continueWith} from "./kept.js";

/** What is asked of a picture. */
export interface LivePictureOptions {
  image: string;
  grid: Grid;
  pixels: Pixels;
  som: SomOptions;
  provenance: Provenance;
}

/** Blocks that run at once: few enough that the first outliers are soon seen and a cancellation soon heard. */
const stride = 2;

/** Runs a picture through both trunks side by side, a few blocks at a time, and answers questions about it afterwards. */
export class LivePicture {
  /** Outputs by trunk and name, such as `class.3`. */
  private readonly outputs = {plain: new Map<string, Output>(), purified: new Map<string, Output>()};

  /** What stands in for the class row where the model has no class token. */
  private row?: Input;

  constructor(
    private readonly engines: Engines,
    private readonly sessions: Sessions,
    readonly options: LivePictureOptions
  ) {}

  private get engine(): Engine {
    return this.engines.engine;
  }

  private get layers(): number {
    return this.engine.model.geometry.layers;
  }

  /**
   * Runs both trunks.
   *
   * @throws MemoryError before a run that the device has no memory for
   * @param onLayers told after every few layers how many are done
   * @param pause called between runs; may wait, and may throw to stop the work
   */
  async run(onLayers: (done: number) => void, pause: () => Promise<void>): Promise<void> {
    const {grid, pixels} = this.options;
    const [, , height, width] = pixels.dims;
    this.engine.needMemory({dims: [trunks.length, 3, height, width], outputs: ["attention.1", "attention.2"]});
    this.row = await probeRow(this.engine, grid, pixels);
    for (let first = 1; first <= this.layers; first += stride) {
      const last = Math.min(first + stride - 1, this.layers);
      await pause();
      await this.stretch(first, last);
      onLayers(last);
    }
  }

  /** What figures draw, of the first `layers` layers. */
  record(layers: number): ImageRecord {
    const {image, grid, provenance} = this.options;
    const {heads, prefix} = this.engine.model.geometry;
    const {plain, purified} = this.outputs;
    const trunksOf = {
      plain: trunkRecord(layers, (name) => plain.get(name)),
      purified: trunkRecord(layers, (name) => purified.get(name))
    };
    return {image, grid, prefix, layers, heads, provenance, trunks: trunksOf};
  }

  /** Head-mean attention of a layer (0-based). */
  attention(trunk: Trunk, layer: number): AttentionMap {
    return toMap(this.kept(trunk, `attention.${layer + 1}`), this.engine.model.geometry.prefix);
  }

  /** Attention of every head of a layer (0-based): that one block runs again, nothing else. */
  async heads(trunk: Trunk, layer: number): Promise<AttentionMap[]> {
    const at = layer + 1;
    const name = `heads.${at}`;
    return splitHeads((await this.runStretch([trunk], at, at, [name]))[name], this.engine.model.geometry.prefix);
  }

  /** Tokens of a layer's own output (0-based). */
  tokens(trunk: Trunk, layer: number): FeatureMap {
    return toFeatures(this.kept(trunk, `tokens.${layer + 1}`));
  }

  /** Features of a stage of SFP, or of a method with its options. */
  features(stage: string, options?: GivenOptions): Promise<FeatureMap> {
    switch (stage) {
      case "plain":
        return this.output("sfp", {...options, som: "off"}, "stage.som");
      case "som":
      case "sae":
        return this.output("sfp", options, `stage.${stage}`);
      case "vis":
        return this.output("sfp", options, "features");
      default: {
        const variant = registerVariants.find(({name}) => name === stage);
        return variant ? this.withRegister(variant) : this.output(stage, undefined, "features");
      }
    }
  }

  private withRegister({method, title}: RegisterVariant): Promise<FeatureMap> {
    const {model, weights = ""} = this.options.provenance;
    const options = registerSettings(weights);
    if (!options) throw new RangeError(`${title}: the neurons of ${model} were not searched.`);
    return this.output(method, options, "features");
  }

  /** An output of the plain trunk that its run left, by name; undefined for others. */
  plain(name: string): Output | undefined {
    return this.outputs.plain.get(name);
  }

  private async output(method: string, options: GivenOptions | undefined, output: string): Promise<FeatureMap> {
    const {grid, som, pixels} = this.options;
    const {model} = this.engine;
    if (looksThrough(method) && !this.engines.proxied)
      throw new RangeError(`${method} looks through a second model: tick it where masks are made, which opens one.`);
    const rest = looksThrough(method)
      ? undefined
      : continueWith(model, {method, options, grid, outputs: [output]}, som);
    if (!rest) {
      if (output === "features" && !options) return (await methodFeatures(this.engines, [method], pixels))[0];
      const results = await this.engine.run({method, options, grid, outputs: [output]}, pixels);
      return toFeatures(results[output]);
    }
    const feeds = Object.fromEntries(rest.inputs.map((name) => [name, this.left(rest.trunk, name)]));
    const key = `${method} ${JSON.stringify(options ?? {})} ${output} ${grid}`;
    return toFeatures((await this.sessions.run(key, () => rest.graph, feeds))[output]);
  }

  /** A kept value under the name that continuations use. */
  private left(trunk: Trunk, name: string): {dims: readonly number[]; data: Float32Array} {
    const [kind, layer] = name.split(".");
    const output =
      kind === "passed"
        ? this.passed(trunk, Number(layer))
        : this.kept(trunk, `${kind === "mean" ? "attention" : kind}.${layer}`);
    // Masks go in as numbers.
    return {dims: output.dims, data: Float32Array.from(output.data)};
  }

  private async stretch(first: number, last: number): Promise<void> {
    const layers = Array.from({length: last - first + 1}, (_, i) => first + i);
    const outputs = (trunk: Trunk) =>
      layers.flatMap((layer) => {
        const {from, to} = this.options.som;
        const repaired = trunk === "purified" && layer >= from && !(typeof to === "number" && layer > to);
        const passed = repaired ? [`repaired.${layer}`] : [];
        return [`attention.${layer}`, `tokens.${layer}`, ...passed, ...trunkOutputs(layer, repaired)];
      });
    const results = await this.runStretch(trunks, first, last, outputs("purified"));
    if (layers.some((layer) => !(results[`norms.${layer}`].data as Float32Array).every(Number.isFinite)))
      throw new RangeError(
        this.engine.model.precision === "float16"
          ? `Layers ${first} to ${last} have numbers beyond 65504, which float16 cannot hold. Use float32.`
          : `Layers ${first} to ${last} gave numbers that are not finite: the weights are damaged, or the device is.`
      );
    for (const [i, trunk] of trunks.entries())
      for (const name of outputs(trunk)) this.outputs[trunk].set(name, ofImage(results[name], i));
  }

  private runStretch(
    which: readonly Trunk[],
    first: number,
    last: number,
    outputs: string[]
  ): Promise<Record<string, Output>> {
    const {
      grid,
      pixels,
      som: {from, ...som}
    } = this.options;
    const stretch: Stretch = {first, last, grid, som, outputs};
    const inputs = which.map((trunk) => (first === 1 ? pixels : this.passed(trunk, first - 1)));
    const feeds = {
      [stretchInput(first)]: {
        dims: [which.length, ...inputs[0].dims.slice(1)],
        data: concat(
          inputs.map(({data}) => data),
          Float32Array
        )
      },
      // One past the last layer: no layer at all.
      from: {
        dims: [which.length, 1],
        data: Float32Array.from(which, (trunk) => (trunk === "purified" ? from : this.layers + 1))
      },
      ...(this.row && {probe: repeated(this.row, which.length)})
    };
    return this.sessions.run(JSON.stringify(stretch), () => buildStretch(this.engine.model, stretch), feeds);
  }

  /** What a layer hands to the next one. */
  private passed(trunk: Trunk, layer: number): Output {
    return this.outputs[trunk].get(`repaired.${layer}`) ?? this.kept(trunk, `tokens.${layer}`);
  }

  private kept(trunk: Trunk, name: string): Output {
    const output = this.outputs[trunk].get(name);
    if (!output) throw new Error("This layer has not been run yet.");
    return output;
  }
}

/** One image of a batch, as a batch of its own. */
function ofImage({dims, data}: Output, image: number): Output {
  const length = data.length / dims[0];
  return {dims: [1, ...dims.slice(1)], data: data.slice(image * length, (image + 1) * length)};
}
