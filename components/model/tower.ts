/** The parts of a pre-norm transformer tower, as nodes of a graph. Image and text towers share them. */
import type {TowerGeometry} from "./geometry.js";
import type {Graph, Value} from "./graph.js";
import type {Precision} from "./model.js";
import type {BlockWeights, Linear} from "./weights.js";

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
 * weights as they are stored. Layers are 1-based, as in the paper.
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
  private linear(x: Value, weights: Linear): Value {
    return this.precision === "float16" ? this.g.linearHalf(x, weights) : this.g.linear(x, weights);
  }

  /** q, k and v of a block from its normalised input y = LN1(x), (B·T) × D. */
  project(y: Value, layer: number, tokens: number): Projections {
    const {query, key, value} = this.blocks[layer - 1];
    const split = (v: Value) => this.splitHeads(v, tokens);
    return {
      query: split(this.linear(y, query)),
      key: split(this.linear(y, key)),
      value: split(this.linear(y, value))
    };
  }

  /** (B·T) × D to B × H × T × dh. */
  splitHeads(x: Value, tokens: number): Value {
    const {width, heads} = this.geometry;
    return this.g.transpose(this.g.reshape(x, -1, tokens, heads, width / heads), 0, 2, 1, 3);
  }

  /** s a bᵀ for per-head a and b: B × H × T × T. */
  logits(a: Value, b: Value, scale = this.logitScale): Value {
    return this.g.matmul(this.g.scale(a, scale), this.g.transpose(b, 0, 1, 3, 2));
  }

  /** sm(s z zᵀ) of one projection with itself. */
  selfAttention(z: Value): Value {
    return this.g.softmax(this.logits(z, z));
  }

  /** Wo · concat_h(A^h v^h) + bo: (B·T) × D. */
  mix(attention: Value, value: Value, layer: number): Value {
    const mixed = this.g.transpose(this.g.matmul(attention, value), 0, 2, 1, 3);
    return this.linear(this.g.reshape(mixed, -1, this.geometry.width), this.blocks[layer - 1].output);
  }

  /** Wo · v + bo: what each token would pass on to itself alone. `y` = LN1(x), (B·T) × D. */
  ownValue(y: Value, layer: number): Value {
    const {value, output} = this.blocks[layer - 1];
    return this.linear(this.linear(y, value), output);
  }

  /** MLP_l(x), its layer norm included: (B·T) × D. */
  mlp(x: Value, layer: number): Value {
    const {norm2, expand, contract} = this.blocks[layer - 1];
    const hidden = this.linear(this.g.layerNorm(x, norm2, this.geometry.epsilon), expand);
    return this.linear(this.activation(hidden), contract);
  }

  private activation(x: Value): Value {
    if (this.geometry.activation === "gelu") return this.g.node("Gelu", [x]);
    return this.g.multiply(x, this.g.sigmoid(this.g.scale(x, 1.702)));
  }

  /** An ordinary block: x + attention, then + MLP. `bias` is added to the attention logits. */
  block(x: Value, layer: number, tokens: number, bias?: Value): Block {
    const {g} = this;
    const {query, key, value} = this.project(this.norm1(x, layer), layer, tokens);
    const logits = this.logits(query, key);
    const attention = g.softmax(bias ? g.add(logits, bias) : logits);
    const u = g.add(x, this.mix(attention, value, layer));
    return {query, key, value, attention, output: g.add(u, this.mlp(u, layer))};
  }
}
