/** What an intervention does to a picture's tokens, in a few numbers: high norms, and what becomes of ordinary patches. */
import type {Grid} from "../records/record.js";
import {mean, median, type Numbers} from "./arrays.js";
import type {Interval} from "./intervals.js";
import {highNormTokens} from "./norms.js";
import type {Neuron} from "./options.js";
import type {ScoredNeuron} from "./registerNeurons.js";

/** The high-norm tokens among patches' norms, as places. */
export function highNormPatches(norms: Numbers): number[] {
  return Array.from(highNormTokens(norms)).flatMap((high, patch) => (high ? [patch] : []));
}

/** The largest norm in times the median. */
export function largestOverMedian(norms: Numbers): number {
  return Array.from(norms).reduce((a, b) => Math.max(a, b), 0) / median(norms);
}

/** All patches but some. */
export function otherPatches(count: number, some: readonly number[]): number[] {
  return Array.from({length: count}, (_, patch) => patch).filter((patch) => !some.includes(patch));
}

/** Mean cosine of patches' features before and after: 1 where nothing changed. Rows of `width` numbers. */
export function meanCosine(before: Numbers, after: Numbers, width: number, patches: readonly number[]): number {
  return mean(
    patches.map((patch) => {
      let [dot, a, b] = [0, 0, 0];
      for (let i = patch * width; i < (patch + 1) * width; ++i) {
        dot += before[i] * after[i];
        a += before[i] ** 2;
        b += after[i] ** 2;
      }
      return dot / Math.sqrt(a * b);
    })
  );
}

/** What the first neurons of a list do to a set of photos when they are switched off at all patches. */
export interface CausesStep {
  neurons: number;
  /** Whether they were drawn by chance from the same layers, and not the first of the list. */
  random: boolean;
  /** Largest norm over the median, mean over photos. */
  ratio: Interval;
  /** High-norm patches a photo. */
  count: Interval;
  /** Share of the photos that had high-norm patches and have none any more. */
  cleared: Interval;
  /** Cosine of the features of the other patches with what they were. */
  kept: Interval;
}

/** What was found over many photos: `data/snapshots/MODEL/causes-voc.json`. */
export interface CausesSummary {
  /** The photos as text: "PASCAL VOC 2012 val (199 photos)". */
  name: string;
  model: string;
  weights: string;
  photos: number;
  /** Photos with a high-norm patch in that layer. */
  counted: number;
  /** The layer (1-based) whose norms are told: the input of the last block. */
  layer: number;
  /** Share of the high-norm patches that are in a corner. */
  corners: number;
  /** The first layer with a high-norm patch, of most photos. */
  born: number;
  neurons: ScoredNeuron[];
  steps: CausesStep[];
}

/** A neuron of one photo. */
export interface NeuronCause extends ScoredNeuron {
  /** Mean activation at the high-norm patches, and at the others. */
  high: number;
  others: number;
  /** Cosine of its output direction with the high-norm patches' own, after its block. */
  cosine: number;
  /** What it adds to their norm along that direction. */
  adds: number;
  /** Its activation at each patch. */
  map: number[];
  /** Mean of x_l along its output direction, of each layer: at high-norm patches, and at the others. */
  along: {high: number[]; others: number[]};
}

/** What the network makes of a photo with an intervention. */
export interface ChangedNumbers {
  /** The interventions as text. */
  text: string;
  /** The first layer (1-based) that is told: those before are as they were. */
  first: number;
  /** Norms of the patches after each told layer, N each. */
  norms: number[][];
  /** Attention of the class token to each patch in times uniform, mean over heads, of each told layer: N each. */
  classRows: number[][];
  /** Outlier sets by Eq. 4, of each told layer. */
  outliers: number[][];
  /** The first classes of a supervised model, with their probabilities. */
  classes?: {name: string; probability: number}[];
  /** The image embedding, which is compared with words: E. */
  image: number[];
  /** Cosine of the features of the patches that had no high norm with what they were. */
  kept: number;
}

/** What makes one photo's high-norm patches. */
export interface PhotoCauses {
  grid: Grid;
  /** Heads of a layer. */
  headCount: number;
  /** The layer whose norms are told, 1-based. */
  layer: number;
  /** The first neurons by their score, with what each does. */
  neurons: NeuronCause[];
  /** More of them: what a sweep switches off, one after the other. */
  ranked: Neuron[];
  /** Largest norm over the median in that layer when one head is switched off, L × H. */
  heads: number[];
  plain: ChangedNumbers;
  /** Results of the questions that the page opens with. */
  answers: ChangedNumbers[];
}

/** Who computed some causes. */
export interface CausesOrigin {
  model: string;
  /** SHA-256 of the weights. */
  weights: string;
  versions: Record<string, string>;
}

/** A photo of the site: `data/snapshots/MODEL/causes/HASH.json`, by the first digits of the photo's SHA-256. */
export type CausesFile = CausesOrigin & PhotoCauses;

/** How many digits of a photo's hash name its file. */
const digits = 16;

/** The file of a photo's causes below `data/`: another picture under its name has none. */
export function causesPath(model: string, hash: string): string {
  return `snapshots/${model}/causes/${hash.slice(0, digits)}.json`;
}

/** How many neurons are told with what each does, and how many a sweep switches off. */
export const [listedNeurons, sweptNeurons] = [10, 50];
