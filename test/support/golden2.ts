/** The second golden file: methods since SFP, on the tiny CLIP of the first one and a tiny DINO of its own. */
import {readFileSync} from "node:fs";
import {keyValues} from "../../components/analysis/options.js";
import {readModel, type Model} from "../../components/model/model.js";
import type {Grid} from "../../components/records/record.js";
import {writeSafetensors} from "../../components/model/safetensors.js";
import {decode, golden, type Encoded} from "./golden.js";

export interface Case {
  name: string;
  method: string;
  options: string[];
  image: string | string[];
  model?: "dino";
  neurons?: [layer: number, index: number][];
  external?: string | null;
  external_grid?: Grid;
  inputs?: {logits?: string; text?: string};
  channels?: number[];
  first_foreground?: number | null;
  windows?: {crop: number; stride: number; corners: [number, number][]};
  text_options?: {global: number; vector: number; threshold: number};
  expected: Record<string, Encoded> & {
    ranking: [number, number][];
    distracted: number[][];
    clusters: number[][];
  };
}

interface Golden2 {
  inputs: Record<string, Encoded>;
  dino: {config: {heads: number; ln_eps: number; mean: number[]; std: number[]}; weights: Record<string, Encoded>};
  cases: Case[];
}

export const golden2: Golden2 = JSON.parse(
  readFileSync(new URL("../golden/golden_methods_2.json", import.meta.url), "utf8")
);

/** An input by name; the first file's images are there too. */
export function input(name: string): Encoded {
  if (name === "image") return golden.image;
  if (name === "image_nonsquare") return golden.image_nonsquare;
  return golden2.inputs[name];
}

/** The tiny DINO as a safetensors file in timm's layout, and its configuration. */
export function dinoFiles(): {weights: Uint8Array; config: object} {
  const {config, weights} = golden2.dino;
  const tensors = Object.entries(weights).map(
    ([name, each]) => [name, {shape: each.shape, data: decode(each)}] as const
  );
  return {
    weights: writeSafetensors(Object.fromEntries(tensors)),
    config: {
      num_heads: config.heads,
      layer_norm_eps: config.ln_eps,
      pretrained_cfg: {mean: config.mean, std: config.std}
    }
  };
}

export function dinoModel(): Model {
  const {weights, config} = dinoFiles();
  return readModel("dino", weights, config);
}

/** A case by its name. */
export function caseOf(name: string): Case {
  const found = golden2.cases.find((each) => each.name === name);
  if (!found) throw new Error(`The golden file has no case ${name}.`);
  return found;
}

/** A case's options as a request has them. */
export function optionsOf({options, neurons, channels}: Case): Record<string, string> {
  return {
    ...keyValues(options),
    ...(neurons?.length ? {neurons: neurons.map((pair) => pair.join(":")).join(",")} : {}),
    ...(channels ? {channels: channels.join(",")} : {})
  };
}
