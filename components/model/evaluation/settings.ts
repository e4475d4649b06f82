import type {SegmentSettings} from "../segmentation/segment.js";
import type {Dataset, DatasetName} from "./datasets.js";
import type {Wording} from "./queries.js";

/** How a method is run on a benchmark. */
export interface EvaluationSettings extends SegmentSettings {
  wording: Wording;
  /** Whether windows are zero-padded to whole patches, as ClearCLIP does, or to multiples of a number of pixels; otherwise a remainder is not read. */
  padded: boolean | number;
  /** Where the settings are from, for captions. */
  source: string;
}

/** *own*: as the method's repository runs it; *alike*: every method in the same shell with the same words. */
export type SettingsChoice = "own" | "alike";

/** Shorter side, logit scale, probability threshold and area threshold; what is left out is 0 or none. */
type Row = readonly [short: number, scale: number, probability?: number, area?: number];

interface Shell {
  source: string;
  wording: Wording;
  crop: number;
  stride: number;
  pamr: number;
  padded: boolean | number;
  rows: Record<DatasetName, Row>;
  /** Data sets whose windows are not the shell's own. */
  windows?: Partial<Record<DatasetName, {crop: number; stride: number}>>;
}

const sliding = {crop: 224, stride: 112, pamr: 0, padded: false} as const;
const wholeImage = {crop: 0, stride: 112} as const;

const sclip: Shell = {
  ...sliding,
  source: "SCLIP's repository (b56bd30)",
  wording: "common",
  rows: {
    voc21: [336, 65, 0.1, 0.1],
    context60: [336, 50, 0.1],
    object: [336, 50, 0.1],
    voc20: [336, 40],
    context59: [336, 40],
    stuff: [448, 40],
    ade: [336, 40],
    cityscapes: [560, 40]
  }
};

const naclip: Shell = {
  ...sliding,
  source: "NACLIP's repository (0cac3a6), with its PAMR",
  wording: "common",
  pamr: 10,
  windows: {voc21: wholeImage, voc20: wholeImage},
  rows: {
    ...sclip.rows,
    voc21: [336, 40, 0.1],
    context60: [336, 40, 0.1],
    object: [336, 40, 0.1],
    stuff: [336, 40]
  }
};

const resclip: Shell = {...naclip, source: "ResCLIP's repository (0e085f7)", pamr: 0};

const scclip: Shell = {
  ...sliding,
  source: "SC-CLIP's repository (0417ba9)",
  wording: "common",
  rows: {
    ...sclip.rows,
    voc21: [336, 50, 0.15, 0.1],
    context60: [336, 40, 0.15],
    object: [336, 55, 0.35],
    stuff: [336, 40]
  }
};

const sfpReleased: Shell = {
  ...scclip,
  source: "SFP's repository (2804f5b)",
  wording: "SFP",
  rows: {...scclip.rows, ade: [384, 40]}
};

/** The paper gives the sizes (336, Cityscapes 560) and no thresholds; those are its repository's. */
const sfpPaper: Shell = {
  ...sfpReleased,
  source: "the SFP paper's sizes, its repository's (2804f5b) words and thresholds",
  rows: scclip.rows
};

const clearclip: Shell = {
  crop: 448,
  stride: 224,
  pamr: 0,
  padded: true,
  source: "ClearCLIP's repository (ad68a40)",
  wording: "ClearCLIP",
  windows: {cityscapes: {crop: 224, stride: 224}},
  rows: {
    voc21: [448, 50, 0.5],
    context60: [448, 50, 0.15],
    object: [448, 50, 0.4],
    voc20: [448, 50],
    context59: [448, 50],
    stuff: [448, 50],
    ade: [448, 50],
    cityscapes: [448, 50]
  }
};

const recoded: Shell = {...clearclip, source: "ClearCLIP's repository (ad68a40), which also runs this method"};

/** Its sizes and thresholds are SCLIP's. */
const lavg: Shell = {...sclip, source: "LaVG's repository (2db88e5), without its CRF"};

const rfClipShell: Shell = {
  ...naclip,
  source: "RF-CLIP's repository (c2b333e), SCLIP's words",
  pamr: 0,
  windows: {voc21: wholeImage}
};

const pearl: Shell = {
  ...naclip,
  source: "PEARL's repository (c26062b); its propagation is --propagate",
  pamr: 0
};

/** Padded to multiples of 56, which is whole patches of 8 and of 14. */
const proxyclip: Shell = {
  crop: 336,
  stride: 112,
  pamr: 0,
  padded: 56,
  source: "ProxyCLIP's repository (e7b767f)",
  wording: "ProxyCLIP",
  windows: {cityscapes: {crop: 224, stride: 112}},
  rows: {
    voc21: [336, 40, 0.2],
    context60: [336, 40, 0.15],
    object: [336, 40, 0.25],
    voc20: [336, 40],
    context59: [336, 40],
    stuff: [336, 40],
    ade: [448, 40],
    cityscapes: [448, 40]
  }
};

const gla: Shell = {
  ...sliding,
  padded: 56,
  source: "GLA-CLIP's repository (ba74915), its script on ProxyCLIP",
  wording: "common",
  rows: naclip.rows
};

/** CLIP Surgery, CLIPtrase and SegEarth-OV are missing: their own evaluations are not this shell. */
const own: Readonly<Record<string, Shell>> = {
  clip: recoded,
  maskclip: recoded,
  gem: recoded,
  sclip,
  clearclip,
  naclip,
  resclip,
  "sc-clip": scclip,
  lavg,
  pearl,
  proxyclip,
  gla,
  "rf-clip": rfClipShell,
  sfp: sfpPaper,
  "sfp-released": sfpReleased,
  "sfp-2025-12": sfpReleased
};

/** RF-CLIP's words on each benchmark: share of the picture, step, and distance within clusters. */
const rfClip: Readonly<Record<DatasetName, readonly [global: number, vector: number, threshold: number]>> = {
  voc21: [0.1, 0.03, 0.1],
  context60: [0.25, 0.04, 0.09],
  object: [0.25, 0.01, 0.1],
  voc20: [0.4, 0.02, 0.1],
  context59: [0.25, 0.04, 0.09],
  stuff: [0.2, 0.02, 0.02],
  ade: [0.3, 0.05, 0.06],
  cityscapes: [0.1, 0.03, 0.14]
};

/** How a method with scores of its own scores a benchmark, after its repository. */
export function scoringOf(method: string, name: DatasetName): Record<string, number | string> {
  if (method === "rf-clip") {
    const [global, vector, threshold] = rfClip[name];
    return {global, vector, threshold, embedding: name === "cityscapes" ? "window" : "picture"};
  }
  return method === "lavg" && name === "voc21" ? {suppress: "on"} : {};
}

/**
 * Options that a method's repository sets for a benchmark and that are not its defaults.
 *
 * @param proxied whether the method looks through a second model
 */
export function ownOptions(method: string, name: DatasetName, proxied: boolean): Record<string, number | string> {
  if (method === "pearl" && (name === "ade" || name === "cityscapes")) return {alpha: 0.3};
  // The script is for ProxyCLIP; what the authors set on CLIP alone is not known.
  if (method === "gla" && proxied) return {anchors: "on", normalise: "row", dynamic_beta: 0.3, dynamic_gamma: 30};
  return {};
}

/** The cells a side of PEARL's propagation, where its repository does not take the default. */
export function ownPropagation(name: DatasetName): Record<string, number> {
  return name === "cityscapes" ? {grid: 224} : {};
}

/** Whether a method's repository evaluates in this shell; others are evaluated alike. */
export function hasOwnSettings(method: string): boolean {
  return Object.hasOwn(own, method);
}

/**
 * The settings of a method on a benchmark.
 *
 * *alike* is the shell that all of them descend from, SCLIP's, because it was tuned for none of the later ones: 224/112
 * windows on a shorter side of 336 (Cityscapes 560; and COCO-Stuff, where SCLIP alone takes 448), the common words,
 * SCLIP's scale and thresholds, no PAMR.
 *
 * @throws RangeError when *own* is asked for a method whose repository evaluates differently
 */
export function evaluationSettings(method: string, dataset: Dataset, choice: SettingsChoice): EvaluationSettings {
  if (choice === "alike") {
    const settings = resolve(sclip, dataset.name);
    return {...settings, short: dataset.short, source: "all methods alike: SCLIP's shell and words"};
  }
  if (choice !== "own") throw new RangeError(`Settings are own or alike, not ${String(choice)}.`);
  if (!hasOwnSettings(method))
    throw new RangeError(
      `${method} has no settings of its own for these benchmarks; use alike. Methods with: ${Object.keys(own).join(", ")}.`
    );
  return resolve(own[method], dataset.name);
}

function resolve(shell: Shell, name: DatasetName): EvaluationSettings {
  const {source, wording, padded, pamr} = shell;
  const [short, scale, probability = 0, area = null] = shell.rows[name];
  const {crop, stride} = shell.windows?.[name] ?? shell;
  return {short, crop, stride, scale, probability, area, pamr, wording, padded, source};
}
