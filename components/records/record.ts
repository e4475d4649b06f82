/**
 * What is known about one image under one model: the numbers that figures draw.
 *
 * Two makers produce it, the data loaders (from files computed beforehand) and the live worker
 * (in the browser, on demand), and every figure reads it without knowing which.
 * All arrays are row-major. Layers are 0-based in arrays and 1-based in anything a person reads.
 * Patch i (0-based) sits at row ⌊i / columns⌋, column i mod columns. Tokens are in the order class token, registers,
 * patches, as far as a model has them: patch i is token P + i, P the length of the prefix.
 */

/** The trunk as the model was trained, or with SOM repairing each layer's output (Eq. 4-5). */
export const trunks = ["plain", "purified"] as const;
export type Trunk = (typeof trunks)[number];

/** The tokens before the patches. */
export interface Prefix {
  classToken: boolean;
  registers: number;
}

/** A class token and nothing else: what most models have. */
export const classTokenOnly: Prefix = {classToken: true, registers: 0};

/** How many tokens stand before the patches, P. */
export function prefixLength({classToken, registers}: Prefix): number {
  return (classToken ? 1 : 0) + registers;
}

/** Patch grid: [rows, columns]. */
export type Grid = readonly [rows: number, columns: number];

/** Who computed the numbers, with what. Every caption shows it. */
export interface Provenance {
  /** Model id, such as "vit-ti-16". */
  model: string;
  /** SHA-256 of the weights file, in hex. */
  weights: string;
  /** "cpu", "cuda", "webgpu (NVIDIA ...)", "wasm, 4 threads"... */
  device: string;
  method: string;
  /** The method's options that differ from their defaults, as `key=value`. */
  options: string[];
  /** What was changed in the network, in order, as `--intervene` writes it. */
  interventions?: string[];
  /** What a reader of the numbers has to know of how the model was read: guesses, and whose way with positions. */
  notes?: string[];
  /** The second model, for methods that look through two. */
  proxy?: {model: string; weights: string};
  /** Versions of what computed: {"onnxruntime": "1.30.0", "sfp-explorer": "code 1f0c5a7be921"}. */
  versions: Record<string, string>;
  /** Where another program computed the attention. */
  imported?: Imported;
}

/** An import: which file, and what it came without. */
export interface Imported {
  /** The file's name. */
  file: string;
  /** SHA-256 of the file, in hex. */
  sha256: string;
  /** What the import lacks: "tokens", "purified", "purified tokens". Their numbers are NaN in files. */
  absent: readonly string[];
  /** Whether the file had the heads one by one; else only their mean is known, and stands for one head. */
  heads: boolean;
  /** Stages and methods whose features the file had. */
  features: readonly string[];
}

/** Per-layer measurements of one trunk. L layers, H heads, N patches, P tokens before them. */
export interface TrunkRecord {
  /**
   * Attention from the class token to each patch, per head: L × H × N. Without a class token it is that of the pooling
   * head's probe, which exists once, after the last block of the plain trunk, and stands in every layer.
   */
  classRows: Float32Array;
  /** Attention of each patch to itself, per head: L × H × N. */
  diagonals: Float32Array;
  /** Attention of the class token to itself, per head: L × H; 0 without a class token. */
  classSelf: Float32Array;
  /** ‖x_l[i]‖₂ of each block's own output, before any repair, of every token: L × (P + N). */
  norms: Float32Array;
  /** The same after SOM's repair; equal to `norms` in the plain trunk: L × (P + N). */
  repairedNorms: Float32Array;
  /** 1 where the patch is in the outlier set S^l by the default test (Eq. 4): L × N. */
  outliers: Uint8Array;
  /** 1 where an outlier had no valid neighbour to be repaired from: L × N. */
  isolated: Uint8Array;
  /**
   * Scores of detectors that need the tokens, which a record does not hold, with their default options, of each block's
   * own output: L × N each, by the detector's name. One that is not here was not computed.
   */
  scores?: Readonly<Record<string, Float32Array>>;
}

export interface ImageRecord {
  image: string;
  grid: Grid;
  prefix: Prefix;
  layers: number;
  heads: number;
  trunks: Record<Trunk, TrunkRecord>;
  provenance: Provenance;
}

/** An attention map: `tokens` × `tokens`, the prefix first; each row sums to 1. */
export interface AttentionMap {
  tokens: number;
  /** Tokens before the patches; 1, the class token, where nothing is said. */
  prefix?: number;
  values: Float32Array;
}

/** Dense features of one stage: N × `width`, patches only, before L2 normalisation. */
export interface FeatureMap {
  width: number;
  values: Float32Array;
}

/** The ways in which colours of features are read: one range for all maps, or each map less its own mean. */
export const colourRanges = ["shared", "own"] as const;
export type ColourRange = (typeof colourRanges)[number];

/** Common colours of several feature maps at unit length, as what each needs to be coloured by itself. E channels. */
export interface ColourBasis {
  /** The maps that the axes are of: stages and methods by name. */
  names: readonly string[];
  /** The maps' common mean: E. */
  centre: Float32Array;
  /** Three principal axes, for red, green and blue: 3 × E. */
  axes: Float32Array;
  /** The coordinates that become 0, a channel each, then those that become 1: 6. */
  ranges: Float32Array;
  /** The share of the variance that the three axes carry. */
  explained: number;
}

/**
 * What becomes of outliers when SOM starts at layer k: a sweep over k = 1 ... L - 1, row k - 1 of each
 * array. L layers, N patches.
 */
export interface RepairSweep {
  /** 1 where a patch is an outlier of a layer: (L - 1) × L × N. */
  outliers: Uint8Array;
  /** Largest patch norm of each block's own output: (L - 1) × L. */
  largestNorms: Float32Array;
  /** Median patch norm: (L - 1) × L. */
  medianNorms: Float32Array;
}

/** Where figures get an image's numbers from: files, or a model running in a worker. */
export interface RecordSource {
  record: ImageRecord;
  /** Head-mean attention of a layer (0-based). */
  attention(trunk: Trunk, layer: number): Promise<AttentionMap>;
  /** Attention of every head of a layer (0-based), heads in order. */
  headAttention(trunk: Trunk, layer: number): Promise<AttentionMap[]>;
  /** Features of a stage or method: "plain" (x_{L-1}), "som", "sae", "vis", or a method's name. */
  features(stage: string): Promise<FeatureMap>;
  /** SOM from each layer on. */
  repairs(): Promise<RepairSweep>;
  /** Colours of all its features, where they were found beforehand. */
  colours?: (range: ColourRange) => Promise<ColourBasis>;
  /** Tokens of a layer's own output (0-based), T × D; absent where nobody holds them any more, as in a site's files. */
  tokens?(trunk: Trunk, layer: number): Promise<FeatureMap>;
}
