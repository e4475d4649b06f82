/** The image tower over a graph: from pixels through the blocks, with or without SOM, to dense features. */
import {prefixLength, type Grid} from "../records/record.js";
import type {Geometry} from "./geometry.js";
import type {Change} from "./change.js";
import type {Dimension, ElementType, Graph, Value} from "./graph.js";
import type {Model} from "./model.js";
import {positionsFor} from "./positions.js";
import {quarterTurn, ropeTables, type Rope} from "./rope.js";
import {classRowOf, detect, diagonalOf, repairInGraph, type DetectionOptions, type Responses} from "./som.js";
import {Tower, type Block} from "./tower.js";
import type {TensorRef} from "./weights.js";

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
  /** Last layer (1-based) whose output is repaired; unless given, or "last", the last that is run. */
  to?: number | "last";
}

/** A test, a repair, and the layers (1-based) whose output is repaired. */
interface Repairs extends Omit<SomOptions, "from" | "to"> {
  after(layer: number): boolean;
}

/** SOM where a method has no options for it: the paper's. */
const plainSom: Omit<SomOptions, "from" | "to"> = {factor: 1, cap: "none", heads: "mean", isolated: "keep"};

function lastRepair({to}: SomOptions): number {
  return typeof to === "number" ? to : Infinity;
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
export interface TrunkGraph {
  layers: TrunkLayer[];
  /** x_l, 1-based, and x_0 the input of block 1: what block l + 1 reads. */
  passed(layer: number): Value;
}

/** The image tower of a model on one patch grid. */
export class Network extends Tower {
  declare readonly geometry: Geometry;
  /** All tokens: those before the patches, the patches, and those behind them. */
  readonly tokens: number;
  /** Tokens before the patches. */
  readonly prefix: number;
  readonly patches: number;
  readonly probes: Map<string, Probe> = new Map();
  /** The changes of the model that something of this network has computed. */
  readonly applied: Set<Change> = new Set();

  constructor(
    g: Graph,
    readonly model: Model,
    readonly grid: Grid,
    /** Tokens behind the patches: test-time registers. */
    readonly behind = 0
  ) {
    super(g, model.geometry, model.image.blocks, model.precision);
    this.patches = grid[0] * grid[1];
    this.prefix = prefixLength(model.geometry.prefix);
    this.tokens = this.end + behind;
  }

  /** Where the patches end among the tokens. */
  get end(): number {
    return this.prefix + this.patches;
  }

  /** Offers an output under a name. Dimensions: B is the batch. */
  probe(name: string, value: Value, dims: Dimension[], type?: ElementType): void {
    this.probes.set(name, {value, dims: ["batch", ...dims], type});
  }

  /** x_0 (docs/methods.md, 1.2), (B·T) × D. `pixels` is B × 3 × H × W. */
  embed(pixels: Value): Value {
    const {normPre} = this.model.image;
    const x = this.flatten(this.sequence(pixels));
    return normPre ? this.g.layerNorm(x, normPre, this.geometry.epsilon) : x;
  }

  /** What LNpre reads: patch embedding, positions, class token and registers in front. B × T × D. */
  sequence(pixels: Value): Value {
    const {g, geometry, patches, prefix} = this;
    const {patch} = this.model.image;
    const {width} = geometry;
    const kernel = g.weight(patch.weight);
    const maps = g.node("Conv", [pixels, kernel, patch.bias && g.weight(patch.bias)], {
      kernel_shape: [geometry.patch, geometry.patch],
      strides: [geometry.patch, geometry.patch]
    });
    const rows = g.transpose(g.reshape(maps, -1, width, patches), 0, 2, 1);
    const {first, table} = this.places();
    // Zero rows in front make room for the tokens that stand there.
    const padded = prefix ? g.node("Pad", [rows, g.ints(0, prefix, 0, 0, 0, 0)]) : rows;
    const ahead = first && g.node("Pad", [first, g.ints(0, 0, patches, 0)]);
    const behind = table && (prefix ? g.node("Pad", [table, g.ints(prefix, 0, 0, 0)]) : table);
    const added = [ahead, behind].filter((value) => value !== undefined);
    return added.reduce((sum, value) => g.add(sum, value), padded);
  }

  /** What stands before the patches, P × D, and the patches' positions, N × D. */
  private places(): {first?: Value; table?: Value} {
    const {g, geometry, grid} = this;
    const {classToken, registers, positions} = this.model.image;
    const {width, trainedGrid: trained} = geometry;
    const all = positions && g.reshape(g.weight(positions), -1, width);
    const classRow = positions !== undefined && rowCount(positions) > trained ** 2;
    const start = classRow ? 1 : 0;
    const own = all && (classRow ? g.slice(all, 0, start, start + trained ** 2) : all);
    const token = classToken && g.reshape(g.weight(classToken), 1, width);
    const named = [
      token && all && classRow ? g.add(token, g.slice(all, 0, 0, 1)) : token,
      registers && g.reshape(g.weight(registers), geometry.prefix.registers, width)
    ].filter((value) => value !== undefined);
    return {
      first: named.length > 1 ? g.concat(named, 0) : named[0],
      table: own && positionsFor(g, own, {trained, width, convention: geometry.positions!.convention}, grid)
    };
  }

  private readonly turns = new Map<number, {sine: Value; cosine: Value; turn: Value}>();

  /** q cos + r(q) sin for patches; tokens before them are not turned. */
  protected override turned(z: Value, tokens: number): Value {
    const {rope} = this.geometry;
    if (!rope) return z;
    const {g} = this;
    const known = this.turns.get(tokens) ?? this.turnTables(rope, tokens);
    this.turns.set(tokens, known);
    return g.add(g.multiply(z, known.cosine), g.multiply(g.matmul(z, known.turn), known.sine));
  }

  private turnTables(rope: Rope, tokens: number) {
    const {g, geometry, grid, patches} = this;
    const headWidth = geometry.width / geometry.heads;
    // Registers behind the patches have no place either.
    const before = Math.min(this.prefix, tokens - patches) * headWidth;
    const tables = ropeTables(rope, grid, headWidth);
    const cosine = new Float32Array(tokens * headWidth).fill(1);
    const sine = new Float32Array(tokens * headWidth);
    cosine.set(tables.cosine, before);
    sine.set(tables.sine, before);
    return {
      sine: g.floats(sine, [tokens, headWidth]),
      cosine: g.floats(cosine, [tokens, headWidth]),
      turn: g.floats(quarterTurn(rope, headWidth), [headWidth, headWidth])
    };
  }

  /** Runs blocks 1 to `last`, repairing each output where SOM is asked for, and offers their probes. */
  trunk(pixels: Value, last: number, som?: SomOptions): TrunkGraph {
    const {input, layers} = this.begin(pixels);
    const standIn = this.geometry.prefix.classToken ? undefined : this.probeRow(pixels);
    const repairs = this.repairsOf(som, last);
    for (let layer = layers.length + 1, x = input; layer <= last; ++layer) {
      const block = this.block(x, layer, this.tokens);
      layers.push(this.finishLayer(layer, block, repairs, standIn));
      x = layers.at(-1)!.passed;
    }
    return {layers, passed: (layer) => (layer ? layers[layer - 1].passed : input)};
  }

  /** What the first block to be run reads, (B·T) × D, and the layers before it: none, unless a network begins later. */
  protected begin(pixels: Value): {input: Value; layers: TrunkLayer[]} {
    const input = this.embed(pixels);
    this.probe("tokens.0", this.unflatten(input), [this.tokens, this.geometry.width]);
    return {input, layers: []};
  }

  /** SOM as a method asks for it, or after the layers that changes of the network name instead. */
  private repairsOf(som: SomOptions | undefined, last: number): Repairs | undefined {
    const changes = this.model.changes?.filter(({repairs}) => repairs) ?? [];
    if (!changes.length) return som && {...som, after: (layer) => layer >= som.from && layer <= lastRepair(som)};
    // A layer that is not run is not repaired, and that is not to pass unnoticed.
    for (const change of changes) if (Math.max(...change.repairs!) <= last) this.applied.add(change);
    return {...(som ?? plainSom), after: (layer) => changes.some(({repairs}) => repairs!.has(layer))};
  }

  protected override heads(joined: Value, layer: number): Value {
    return this.changed(joined, (change, value) => change.heads?.(this, value, layer));
  }

  protected override finished(output: Value, layer: number): Value {
    return this.changed(output, (change, value) => change.output?.(this, value, layer));
  }

  /** Changes the hidden layer of a block's MLP after its activation, and offers it: B × T × M. */
  protected override hidden(active: Value, layer: number, tokens = this.tokens): Value {
    const value = this.changed(active, (change, before) => change.neurons?.(this, before, layer, tokens));
    this.probe(`hidden.${layer}`, this.unflatten(value, tokens, this.geometry.mlp), [tokens, this.geometry.mlp]);
    return value;
  }

  /** What the model's changes make of a value, one after the other; remembers which of them did something. */
  private changed(given: Value, by: (change: Change, value: Value) => Value | undefined): Value {
    let value = given;
    for (const change of this.model.changes ?? []) {
      const after = by(change, value);
      if (after === undefined || after === value) continue;
      this.applied.add(change);
      value = after;
    }
    return value;
  }

  /**
   * What stands in for the class row where a model has no class token: the attention of the pooling head's probe to each
   * patch after the last block of the plain trunk, B × H × N.
   */
  protected probeRow(pixels: Value): Value {
    let x = this.embed(pixels);
    for (let layer = 1; layer <= this.geometry.layers; ++layer) x = this.block(x, layer, this.tokens).output;
    return this.pool(x).attention;
  }

  private finishLayer(layer: number, block: Block, som?: Repairs, standIn?: Value): TrunkLayer {
    const {g, geometry, tokens, prefix, end, patches} = this;
    const span = {tokens, prefix, end};
    const both: Responses = {
      classRow: standIn ?? classRowOf(g, block.attention, span),
      diagonal: diagonalOf(g, block.attention, geometry.heads, span)
    };
    const meanAttention = g.mean(block.attention, 1, false);
    this.probe(`heads.${layer}`, block.attention, [geometry.heads, tokens, tokens]);
    this.probe(`attention.${layer}`, meanAttention, [tokens, tokens]);
    this.probe(`class.${layer}`, both.classRow, [geometry.heads, patches]);
    this.probe(`diagonal.${layer}`, both.diagonal, [geometry.heads, patches]);
    this.probe(`self.${layer}`, this.classSelf(block.attention), [geometry.heads]);
    this.probe(`keys.${layer}`, this.joined(block.key), [patches, geometry.width]);
    this.probeTokens("tokens", "norms", layer, block.output);
    const unrepaired = {...block, ...both, meanAttention, passed: block.output};
    if (!som) return unrepaired;
    const x = this.unflatten(block.output);
    const norms = g.reshape(g.norm(g.slice(x, 1, prefix, end), -1), -1, patches);
    const outliers = detect(g, {...both, norms}, som, patches);
    this.probe(`outliers.${layer}`, outliers, [patches], "bool");
    if (!som.after(layer)) return {...unrepaired, outliers};
    const repaired = repairInGraph(
      g,
      g.slice(x, 1, prefix, end),
      this.repairable(outliers, layer),
      this.grid,
      som.isolated
    );
    this.probe(`isolated.${layer}`, repaired.isolated, [patches], "bool");
    const passed = this.flatten(
      g.concat(
        [
          ...(prefix ? [g.slice(x, 1, 0, prefix)] : []),
          repaired.features,
          ...(end < tokens ? [g.slice(x, 1, end, tokens)] : [])
        ],
        1
      )
    );
    this.probeTokens("repaired", "repaired-norms", layer, passed);
    return {...unrepaired, outliers, replaced: repaired.replaced, passed};
  }

  /** Which of a layer's outliers are repaired, B × N: all of them, unless a network knows better. */
  protected repairable(outliers: Value, _layer: number): Value {
    return outliers;
  }

  /** Attention of the class token to itself, B × H; 0 without one. */
  private classSelf(attention: Value): Value {
    const {g, geometry} = this;
    const corner = g.reshape(g.slice(g.slice(attention, 2, 0, 1), 3, 0, 1), -1, geometry.heads);
    return geometry.prefix.classToken ? corner : g.scale(corner, 0);
  }

  /** Patches' rows of per-head values, heads side by side: B × H × T × dh to B × N × D. */
  private joined(values: Value): Value {
    const {g, prefix, end, patches, geometry} = this;
    return g.reshape(g.transpose(g.slice(values, 2, prefix, end), 0, 2, 1, 3), -1, patches, geometry.width);
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
    return this.g.slice(this.unflatten(x), 1, this.prefix, this.end);
  }

  /** The class token's row of a (B·T) × D stream, as B × 1 × D. */
  classOf(x: Value): Value {
    if (!this.geometry.prefix.classToken)
      throw new RangeError(
        "This method adds the class token's features to those of patches, and this model has no class token."
      );
    return this.g.slice(this.unflatten(x), 1, 0, 1);
  }

  /**
   * head(F) = LNpost(F) · P (docs/methods.md, 1.1); LNpost alone where a model has no projection. (B·n) × D to (B·n) × E. With
   * `model.dense` "pooled" the pooling head's path of values follows, which is what words are compared with.
   */
  head(x: Value): Value {
    const {normPost, projection, pool} = this.model.image;
    const y = this.g.layerNorm(x, normPost, this.geometry.epsilon);
    if (pool && this.model.dense === "pooled")
      return this.poolMlp(this.linear(this.linear(y, pool.value), pool.output));
    return projection ? this.g.linear(y, projection) : y;
  }

  /** SigLIP's head on a (B·N) × D stream: the probe's attention to each patch, B × H × N, and the image feature, B × D. */
  private pool(x: Value): {attention: Value; pooled: Value} {
    const {g, geometry, patches, model} = this;
    const {pool, normPost} = model.image;
    if (!pool) throw new RangeError(`${model.id} has neither a class token nor a pooling head.`);
    const {width, heads, epsilon} = geometry;
    const z = g.layerNorm(this.flatten(this.patchesOf(x)), normPost, epsilon);
    const probe = this.linear(g.reshape(g.weight(pool.probe), 1, width), pool.query);
    const query = g.reshape(probe, 1, heads, 1, width / heads);
    const attention = g.softmax(this.logits(query, this.splitHeads(this.linear(z, pool.key), patches)));
    const gathered = g.matmul(attention, this.splitHeads(this.linear(z, pool.value), patches));
    const pooled = this.poolMlp(this.linear(this.joinHeads(gathered), pool.output));
    return {attention: g.squeeze(attention, 2), pooled};
  }

  /** y + MLP(LN(y)) of the pooling head. */
  private poolMlp(y: Value): Value {
    const pool = this.model.image.pool!;
    return this.g.add(y, this.feed(this.g.layerNorm(y, pool.norm, this.geometry.epsilon), pool));
  }

  /** head of a (B·T) × D stream, of the patches alone: B × N × E. */
  patchFeatures(x: Value): Value {
    return this.g.slice(this.unflatten(this.head(x), this.tokens, this.geometry.features), 1, this.prefix, this.end);
  }

  /** head of patches' features, B × N × D to B × N × E. */
  patchHead(x: Value): Value {
    return this.unflatten(this.head(this.flatten(x)), this.patches, this.geometry.features);
  }

  /**
   * Offers the image embedding: head(x_L)[class token], or what the pooling head gives; a supervised model's class
   * logits; and LNpost and head of every token.
   */
  probeImage(x: Value): void {
    const {g, geometry, tokens, model} = this;
    const {classifier, pool, normPost} = model.image;
    const {features, width} = geometry;
    const projected = this.unflatten(this.head(x), tokens, features);
    this.probe("final", this.unflatten(g.layerNorm(x, normPost, geometry.epsilon)), [tokens, width]);
    this.probe("projected", projected, [tokens, features]);
    if (pool) {
      const {attention, pooled} = this.pool(x);
      this.probe("probe", attention, [geometry.heads, this.patches]);
      this.probe("image", pooled, [width]);
      return;
    }
    const embedding = g.reshape(g.slice(projected, 1, 0, 1), -1, features);
    this.probe("image", embedding, [features]);
    if (classifier) this.probe("logits", g.linear(embedding, classifier), [geometry.classes!]);
  }
}

/** The rows of a table of positions. */
function rowCount({shape}: TensorRef): number {
  return shape.at(-2)!;
}
