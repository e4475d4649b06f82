/** The image tower over a graph: from pixels through the blocks, with or without SOM, to dense features. */
import {prefixLength, type Grid} from "../records/record.js";
import type {Geometry} from "./geometry.js";
import type {Dimension, ElementType, Graph, Value} from "./graph.js";
import type {Model} from "./model.js";
import {positionsFor} from "./positions.js";
import {detect, repair, responses, type DetectionOptions, type Responses} from "./som.js";
import {Tower, type Block} from "./tower.js";

/** An output that a caller may ask for. */
export interface Probe {
  value: Value;
  type?: ElementType;
  dims: Dimension[];
}

export interface SomOptions extends DetectionOptions {
  isolated: "keep" | "widen" | "zero";
  /** First layer (1-based) whose output is repaired; earlier outliers are detected and left alone. */
  from: number;
}

/** One layer of a trunk. */
export interface TrunkLayer extends Block, Responses {
  /** Attention averaged over heads, B × T × T. */
  meanAttention: Value;
  /** S^l as a mask, B × N; absent where no test was asked for. */
  outliers?: Value;
  /** Those of S^l that were repaired; absent where none are. */
  replaced?: Value;
  /** What the next layer reads: the output, or its repaired version. (B·T) × D. */
  passed: Value;
}

/** All blocks that were run; `layers[l - 1]` is layer l. */
export interface Trunk {
  layers: TrunkLayer[];
  /** x_l, 1-based, and x_0 the input of block 1: what block l + 1 reads. */
  passed(layer: number): Value;
}

/** The image tower of a model on one patch grid. */
export class Network extends Tower {
  declare readonly geometry: Geometry;
  /** Tokens of the image: those before the patches, and the patches. */
  readonly tokens: number;
  /** Tokens before the patches. */
  readonly prefix: number;
  readonly patches: number;
  readonly probes = new Map<string, Probe>();

  constructor(
    g: Graph,
    readonly model: Model,
    readonly grid: Grid
  ) {
    super(g, model.geometry, model.image.blocks, model.precision);
    this.patches = grid[0] * grid[1];
    this.prefix = prefixLength(model.geometry.prefix);
    this.tokens = this.prefix + this.patches;
  }

  /** Offers an output under a name. Dimensions: B is the batch. */
  probe(name: string, value: Value, dims: Dimension[], type?: ElementType): void {
    this.probes.set(name, {value, dims: ["batch", ...dims], type});
  }

  /** x_0: patch embedding, class token, positions, LNpre (docs/methods.md, 1.2). `pixels` is B × 3 × H × W. */
  embed(pixels: Value): Value {
    const {g, geometry, patches, tokens, grid} = this;
    const {patch, classToken, positions, normPre} = this.model.image;
    const kernel = g.weight(patch.weight);
    const maps = g.node("Conv", [pixels, kernel, patch.bias && g.weight(patch.bias)], {
      kernel_shape: [geometry.patch, geometry.patch],
      strides: [geometry.patch, geometry.patch]
    });
    const rows = g.transpose(g.reshape(maps, -1, geometry.width, patches), 0, 2, 1);
    const table = positionsFor(g, g.weight(positions), geometry.trainedGrid, geometry.width, grid);
    const first = g.add(g.slice(table, 0, 0, 1), g.reshape(g.weight(classToken), 1, geometry.width));
    const offsets = g.concat([first, g.slice(table, 0, 1, tokens)], 0);
    // A zero row in front makes room for the class token, whose embedding the table carries.
    const padded = g.node("Pad", [rows, g.ints(0, 1, 0, 0, 0, 0)]);
    const x = g.reshape(g.add(padded, offsets), -1, geometry.width);
    return normPre ? g.layerNorm(x, normPre, geometry.epsilon) : x;
  }

  /** Runs blocks 1 to `last`, repairing each output where SOM is asked for, and offers their probes. */
  trunk(pixels: Value, last: number, som?: SomOptions): Trunk {
    const input = this.embed(pixels);
    const layers: TrunkLayer[] = [];
    for (let layer = 1, x = input; layer <= last; ++layer) {
      const block = this.block(x, layer, this.tokens);
      layers.push(this.finishLayer(layer, block, som));
      x = layers.at(-1)!.passed;
    }
    return {layers, passed: (layer) => (layer ? layers[layer - 1].passed : input)};
  }

  private finishLayer(layer: number, block: Block, som?: SomOptions): TrunkLayer {
    const {g, geometry, tokens, prefix, patches} = this;
    const both = responses(g, block.attention, geometry.heads, tokens, prefix);
    const meanAttention = g.mean(block.attention, 1, false);
    this.probe(`heads.${layer}`, block.attention, [geometry.heads, tokens, tokens]);
    this.probe(`attention.${layer}`, meanAttention, [tokens, tokens]);
    this.probe(`class.${layer}`, both.classRow, [geometry.heads, patches]);
    this.probe(`diagonal.${layer}`, both.diagonal, [geometry.heads, patches]);
    this.probe(`self.${layer}`, g.reshape(g.slice(g.slice(block.attention, 2, 0, 1), 3, 0, 1), -1, geometry.heads), [
      geometry.heads
    ]);
    this.probeTokens("tokens", "norms", layer, block.output);
    const unrepaired = {...block, ...both, meanAttention, passed: block.output};
    if (!som) return unrepaired;
    const outliers = detect(g, both, som, patches);
    this.probe(`outliers.${layer}`, outliers, [patches], "bool");
    if (layer < som.from) return {...unrepaired, outliers};
    const x = this.unflatten(block.output);
    const repaired = repair(
      g,
      g.slice(x, 1, prefix, tokens),
      this.repairable(outliers, layer),
      this.grid,
      som.isolated
    );
    this.probe(`isolated.${layer}`, repaired.isolated, [patches], "bool");
    const passed = this.flatten(
      prefix ? g.concat([g.slice(x, 1, 0, prefix), repaired.features], 1) : repaired.features
    );
    this.probeTokens("repaired", "repaired-norms", layer, passed);
    return {...unrepaired, outliers, replaced: repaired.replaced, passed};
  }

  /** Which of a layer's outliers are repaired, B × N: all of them, unless a network knows better. */
  protected repairable(outliers: Value, _layer: number): Value {
    return outliers;
  }

  private probeTokens(name: string, norms: string, layer: number, x: Value) {
    const {tokens} = this;
    this.probe(`${name}.${layer}`, this.unflatten(x), [tokens, this.geometry.width]);
    this.probe(`${norms}.${layer}`, this.g.reshape(this.g.norm(x, -1), -1, tokens), [tokens]);
  }

  /** (B·T) × D to B × T × D. */
  unflatten(x: Value, tokens = this.tokens, width = this.geometry.width): Value {
    return this.g.reshape(x, -1, tokens, width);
  }

  /** B × T × D to (B·T) × D. */
  flatten(x: Value, width = this.geometry.width): Value {
    return this.g.reshape(x, -1, width);
  }

  /** The patches' rows of a (B·T) × D stream, as B × N × D. */
  patchesOf(x: Value): Value {
    return this.g.slice(this.unflatten(x), 1, this.prefix, this.tokens);
  }

  /** The class token's row of a (B·T) × D stream, as B × 1 × D. */
  classOf(x: Value): Value {
    if (!this.geometry.prefix.classToken)
      throw new RangeError(
        "This method adds the class token's features to those of patches, and this model has no class token."
      );
    return this.g.slice(this.unflatten(x), 1, 0, 1);
  }

  /** head(F) = LNpost(F) · P (docs/methods.md, 1.1); LNpost alone where a model has no projection. (B·n) × D to (B·n) × E. */
  head(x: Value): Value {
    const {normPost, projection} = this.model.image;
    const y = this.g.layerNorm(x, normPost, this.geometry.epsilon);
    return projection ? this.g.linear(y, projection) : y;
  }

  /** head of a (B·T) × D stream, of the patches alone: B × N × E. */
  patchFeatures(x: Value): Value {
    return this.g.slice(this.unflatten(this.head(x), this.tokens, this.geometry.features), 1, this.prefix, this.tokens);
  }

  /** head of patches' features, B × N × D to B × N × E. */
  patchHead(x: Value): Value {
    return this.unflatten(this.head(this.flatten(x)), this.patches, this.geometry.features);
  }

  /** Offers the image embedding, head(x_L)[class token], and a supervised model's class logits. */
  probeImage(x: Value): void {
    const {g, geometry} = this;
    const embedding = g.reshape(
      g.slice(this.unflatten(this.head(x), this.tokens, geometry.features), 1, 0, 1),
      -1,
      geometry.features
    );
    this.probe("image", embedding, [geometry.features]);
    const {classifier} = this.model.image;
    if (classifier) this.probe("logits", g.linear(embedding, classifier), [geometry.classes!]);
  }
}
