import type {Grid, Prefix} from "../records/record.js";
import type {Rope} from "./rope.js";

/**
 * What stands between an MLP's two layers: CLIP's x σ(1.702 x), the exact (erf) GELU, its tanh approximation, or
 * silu(gate) · other.
 */
export const activations = ["quick_gelu", "gelu", "gelu_pytorch_tanh", "swiglu"] as const;
export type Activation = (typeof activations)[number];

/** A transformer tower's sizes. */
export interface TowerGeometry {
  /** Width of the residual stream, D. */
  width: number;
  /** Attention heads, H; each is `width / heads` wide. */
  heads: number;
  /** Blocks, L. */
  layers: number;
  /** Width of the MLP's hidden layer. */
  mlp: number;
  /** Epsilon of every layer norm. */
  epsilon: number;
  activation: Activation;
}

/** How a table of positions becomes one of another grid (positions.ts). */
export type Convention = "offset" | "size" | "antialias";

/** Whose convention: the family's own code, transformers', or timm's. */
export const positionsChoices = ["original", "huggingface", "timm"] as const;
export type PositionsChoice = (typeof positionsChoices)[number];

/** An image tower's sizes, and how pictures must be prepared for it. */
export interface Geometry extends TowerGeometry {
  /** The tokens before the patches. */
  prefix: Prefix;
  /** Side of a patch in pixels. */
  patch: number;
  /** Side of the patch grid that the model was trained on, in patches. */
  trainedGrid: number;
  /** How the table of positions is resampled for other grids, and by whose code; absent without a table. */
  positions?: {convention: Convention; by: PositionsChoice};
  /** How positions are turned into queries and keys. */
  rope?: Rope;
  /** Width of the dense features, E: the projection's output, or D where there is none. */
  features: number;
  /** Mean and standard deviation of RGB in 0..1 that pictures are normalised with. */
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
  /** Whether the model was trained on pictures that were squeezed into the square; else their middle was cut out. */
  squash?: boolean;
  /** Classes of the classifier, for supervised models. */
  classes?: number;
}

/** The patch grid of a picture, in patches; a remainder at the right and bottom is not read. */
export function gridOf(geometry: {patch: number}, height: number, width: number): Grid {
  const rows = Math.floor(height / geometry.patch);
  const columns = Math.floor(width / geometry.patch);
  if (rows < 1 || columns < 1)
    throw new Error(`A picture of ${width} × ${height} pixels is smaller than one ${geometry.patch} px patch.`);
  return [rows, columns];
}
