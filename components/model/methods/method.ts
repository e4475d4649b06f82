import type {Grid} from "../../records/record.js";
import type {Value} from "../graph.js";
import type {Network} from "../network.js";
import {readOptions, type GivenOptions, type OptionSpecs, type ValuesOf} from "../../analysis/options.js";

/** What is known of a method without running it. */
interface Description<S extends OptionSpecs> {
  /** As the command line and files call it: "clearclip". */
  name: string;
  /** As people write it: "ClearCLIP". */
  title: string;
  /** The title where there is little room, if it has to be shorter. */
  short?: string;
  /** One sentence: what it changes. */
  about: string;
  /** Where it is defined: an equation, a paper, a section of docs/methods.md. */
  source: string;
  /**
   * What a second model is for: its features are needed, or taken where there is one, and then the features are on its
   * grid; or it cuts the picture into regions, outside the graph.
   */
  proxy?: "needed" | "optional" | "regions";
  /** Whether all windows of a picture are one batch, which see each other. */
  sharesWindows?: boolean;
  /** Whether the report measures it in sliding windows too, which takes six passes a photo. */
  sliding?: boolean;
  options: S;
}

/** What a caller may hand to a graph besides pixels. */
export interface Further {
  /** Which patches belong together, B × 1 × T × T (ResCLIP's SFR). */
  semantic?: Value;
  /** A second model's features of the patches, B × M × C, and the grid they are on. */
  external?: {features: Value; grid: Grid};
  /** The upper left corner in pixels, [top, left], of every window of the one picture that the batch is cut from. */
  corners?: readonly Corner[];
}

/** Top and left of a window, in pixels. */
export type Corner = readonly [number, number];

/** A way to get dense features out of a frozen ViT. */
export interface Method<S extends OptionSpecs = OptionSpecs> extends Description<S> {
  /**
   * Adds the method to the network and returns its dense features before L2 normalisation, B × N × E,
   * patches only. Whatever else it computes it may offer as probes.
   *
   * @throws RangeError for an option that is unknown or does not suit the model
   */
  build(network: Network, pixels: Value, given?: GivenOptions, further?: Further): Value;
}

/** A method as it is declared: `build` is given every option, with the types of its declaration. */
interface Declaration<S extends OptionSpecs> extends Description<S> {
  build(network: Network, pixels: Value, options: ValuesOf<S>, further: Further): Value;
}

/** Declares a method. A new one is a file in this folder and a line in `index.ts`. */
export function defineMethod<S extends OptionSpecs>({build, ...description}: Declaration<S>): Method<S> {
  const {name, options} = description;
  return {
    ...description,
    build: (network, pixels, given, further = {}) =>
      build(network, pixels, readOptions(name, options, given, network.geometry.layers), further)
  };
}
