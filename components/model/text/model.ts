/** What a text tower is, before it runs. */
import type {TowerGeometry} from "../geometry.js";
import type {Checkpoint} from "../safetensors.js";
import type {TextWeights} from "./weights.js";

/** A text tower's sizes. */
export interface TextGeometry extends TowerGeometry {
  /** Tokens that have an embedding. */
  vocabulary: number;
  /** Longest sequence, start and end included. */
  context: number;
  /** Width of the text features, E. */
  features: number;
}

export interface TextModel {
  checkpoint: Checkpoint;
  weights: TextWeights;
  geometry: TextGeometry;
  /** Whether a token sees those before it alone, or all, padding too. */
  mask: "causal" | "none";
  /** Which place is the text's: the first of the largest id or of a named one, or the last place of all. */
  at: "largest" | "last" | {id: number};
}
