/** The parts of a pre-norm transformer tower, as nodes of a graph. Image and text towers share them. */
import type {TowerGeometry} from "./geometry.js";
import type {Graph, Value} from "./graph.js";
import type {Precision} from "./model.js";
import type {BlockWeights, Linear, MlpWeights, TensorRef} from "./weights.js";

/** Per-head projections of one block's input: each B × H × T × (D / H). */
export interface Projections {
  query: Value;
  key: Value;
  value: Value;
}

/** One ordinary block. */
export interface Block extends Projections {
  /** Softmaxed attention of every head, B × H × T × T. */
  attention: Value;
  /** The block's output, (B·T) × D. */
  output: Value;
}

/**
 * A tower over a graph. Residual streams are 2-D, (B·T) × D, so that a linear layer is one Gemm on the
 * weights as they are stored. Layers are 1-based, as in the paper. What families add to a block (LayerScale, gates, inner
 * norms, rotary positions) is part of these pieces, so that methods built of them need not know.
 */
export class Tower {
  constructor(
    readonly g: Graph,
    readonly geometry: TowerGeometry,
    private readonly blocks: BlockWeights[],
    private readonly precision: Precision = "float32"
  ) {}

  /** dh^(-1/2), the scale of attention logits (docs/methods.md, 1.1). */
  get logitScale(): number {
    return (this.geometry.width / this.geometry.heads) ** -0.5;
  }

  /** LN1 of a block. */
  norm1(x: Value, layer: number): Value {
    return this.g.layerNorm(x, this.blocks[layer - 1].norm1, this.geometry.epsilon);
  }

  /** A linear layer of a block: W x + b on rows, in the blocks' precision. */
  protected linear(x: Value, weights: Linear): Value {
    return this.precision === "float16" ? this.g.linearHalf(x, weights) : this.g.linear(x, weights);
  }

  /** q, k and v of a block from its normalised input y = LN1(x), (B·T) × D, places turned in. */
  project(y: Value, layer: number, tokens: number): Projections {
    const {query, key, value} = this.blocks[layer - 1];
    const split = (v: Value) => this.splitHeads(v, tokens);
    return {
      query: this.turned(split(this.linear(y, query)), tokens),
      key: this.turned(split(this.linear(y, key)), tokens),
      value: split(this.linear(y, value))
    };
  }

  /** Queries or keys with their places turned in, B × H × T × dh; as they are where a model has no rotary positions. */
  protected turned(z: Value, _tokens: number): Value {
    return z;
  }

  /** (B·T) × D to B × H × T × dh. */
  splitHeads(x: Value, tokens: number): Value {
    const {width, heads} = this.geometry;
    return this.g.transpose(this.g.reshape(x, -1, tokens, heads, width / heads), 0, 2, 1, 3);
  }

  /** B × H × T × dh to (B·T) × D. */
  protected joinHeads(z: Value): Value {
    return this.g.reshape(this.g.transpose(z, 0, 2, 1, 3), -1, this.geometry.width);
  }

  /** s a bᵀ for per-head a and b: B × H × T × T. */
  logits(a: Value, b: Value, scale = this.logitScale): Value {
    return this.g.matmul(this.g.scale(a, scale), this.g.transpose(b, 0, 1, 3, 2));
  }

  /** sm(s z zᵀ) of one projection with itself. */
  selfAttention(z: Value): Value {
    return this.g.softmax(this.logits(z, z));
  }

  /** Wo · concat_h(A^h v^h) + bo, LayerScale included: (B·T) × D. */
  mix(attention: Value, value: Value, layer: number): Value {
    return this.passOn(this.joinHeads(this.g.matmul(attention, value)), layer);
  }

  /** What each token would pass on to itself alone, Wo · v + bo. `y` = LN1(x), (B·T) × D. */
  ownValue(y: Value, layer: number): Value {
    return this.passOn(this.linear(y, this.blocks[layer - 1].value), layer);
  }

  /** Joined heads through what follows them in a block, (B·T) × D. */
  private passOn(joined: Value, layer: number): Value {
    const {mixNorm, output, scale1} = this.blocks[layer - 1];
    const heads = this.heads(joined, layer);
    const inner = mixNorm ? this.g.layerNorm(heads, mixNorm, this.geometry.epsilon) : heads;
    return this.scaled(this.linear(inner, output), scale1);
  }

  /** Heads side by side, before what follows them in a block: as they are, unless a network changes them. */
  protected heads(joined: Value, _layer: number): Value {
    return joined;
  }

  /** MLP_l(x), its layer norm and LayerScale included: (B·T) × D. `tokens`: T, where it is not all of the tower's. */
  mlp(x: Value, layer: number, tokens?: number): Value {
    const block = this.blocks[layer - 1];
    const y = this.g.layerNorm(x, block.norm2, this.geometry.epsilon);
    return this.scaled(this.feed(y, block, {layer, tokens}), block.scale2);
  }

  /** An MLP on rows: W2 act(W1 z), or with a gate W3 (silu(W1 z) · W2 z). `of`: which block's and how many tokens. */
  protected feed(
    z: Value,
    {gate, expand, hiddenNorm, contract}: MlpWeights,
    of?: {layer: number; tokens?: number}
  ): Value {
    const {g} = this;
    const wide = this.linear(z, expand);
    const hidden = gate ? g.multiply(this.silu(this.linear(z, gate)), wide) : this.activation(wide);
    const active = hiddenNorm ? g.layerNorm(hidden, hiddenNorm, this.geometry.epsilon) : hidden;
    return this.linear(of ? this.hidden(active, of.layer, of.tokens) : active, contract);
  }

  /** What the last linear layer of a block's MLP reads, (B·T) × M: as it is, unless a network changes it. */
  protected hidden(active: Value, _layer: number, _tokens?: number): Value {
    return active;
  }

  /** A block's output, (B·T) × D: as it is, unless a network changes it. */
  protected finished(output: Value, _layer: number): Value {
    return output;
  }

  private silu(x: Value): Value {
    return this.g.multiply(x, this.g.sigmoid(x));
  }

  private activation(x: Value): Value {
    const {g} = this;
    switch (this.geometry.activation) {
      case "quick_gelu":
        return g.multiply(x, g.sigmoid(g.scale(x, 1.702)));
      case "gelu":
        return g.node("Gelu", [x]);
      case "gelu_pytorch_tanh": {
        // (1 + tanh z) / 2 = σ(2 z), with z = √(2/π) (x + 0.044715 x³).
        const cubed = g.multiply(g.multiply(x, x), x);
        return g.multiply(x, g.sigmoid(g.scale(g.add(x, g.scale(cubed, 0.044715)), 2 * Math.sqrt(2 / Math.PI))));
      }
      case "swiglu":
        throw new Error("A gated MLP has no activation but its gate's.");
    }
  }

  /** LayerScale. */
  private scaled(x: Value, scale: TensorRef | undefined): Value {
    return scale ? this.g.multiply(x, this.g.weight(scale)) : x;
  }

  /** An ordinary block: x + attention, then + MLP. `bias` is added to the attention logits. */
  block(x: Value, layer: number, tokens: number, bias?: Value): Block {
    const {g} = this;
    const {query, key, value} = this.project(this.norm1(x, layer), layer, tokens);
    const logits = this.logits(query, key);
    const attention = g.softmax(bias ? g.add(logits, bias) : logits);
    const u = g.add(x, this.mix(attention, value, layer));
    return {query, key, value, attention, output: this.finished(g.add(u, this.mlp(u, layer, tokens)), layer)};
  }
}
