import type {Prefix} from "../../records/record.js";
import type {Activation, Convention, PositionsChoice} from "../geometry.js";
import type {Rope} from "../rope.js";
import type {TextWeights} from "../text/weights.js";
import type {Finder, ImageWeights} from "../weights.js";
import type {ConfigKind, Json} from "./config.js";

/** What a family has to look at. */
export interface Source {
  find: Finder;
  config: Json;
  kind: ConfigKind;
  /** Where the files are from, as a lock file says it: "openai/clip-vit-base-patch16". */
  repository?: string;
}

/** What a tower has where no config says otherwise. */
export interface TowerDefaults {
  epsilon: number;
  /** Undefined where the weights' names do not decide it. */
  activation?: Activation;
}

/** A text tower, or why the one in the file cannot serve. */
export type TextReading =
  | {
      weights: TextWeights;
      defaults: TowerDefaults;
      mask: "causal" | "none";
      /** Which place is the text's: the first of the largest id or of a named one, or the last place of all. */
      at: "largest" | "last" | {id: number};
    }
  | {refused: string};

/** A checkpoint as a family reads it. */
export interface Reading {
  /** Whose names the tensors have. */
  naming: "original" | "huggingface" | "timm" | "openclip";
  image: ImageWeights;
  prefix: Prefix;
  defaults: TowerDefaults & {
    mean: readonly [number, number, number];
    std: readonly [number, number, number];
    /** Whether pictures are squeezed into the square, and not cropped. */
    squash?: boolean;
    /** Side of the trained picture, for models without a table of positions. */
    image?: number;
  };
  /** For models with a table: whether it has the class token's row, and each library's way with other grids. */
  positions?: {classRow: boolean | "either"; conventions: Record<PositionsChoice, Convention>};
  rope?: (headWidth: number) => Rope;
  text?: TextReading;
  /** Tensors that the numbers do not depend on, by name. */
  ignored: RegExp;
  /** What nothing in the files decides and was taken for likely, a sentence each. */
  guesses?: string[];
}

/**
 * A family of models: how its files are told from others, and what they hold. A new family is a file in this folder and a
 * line in `index.ts`.
 */
export interface Family {
  id: string;
  /** As people write it: "DINOv2". */
  title: string;
  recognises(source: Source): boolean;
  /** @throws Error naming what is missing, or what this variant has that is not known here */
  read(source: Source): Reading;
}

export const imagenetColours = {mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]} as const;
export const clipColours = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711]
} as const;
export const halfColours = {mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]} as const;

export const classTokenWith = (registers: number): Prefix => ({classToken: true, registers});
