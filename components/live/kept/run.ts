/** The live run that its reader takes along from page to page: what it was of, how it was made, and what it found. */
import type {FeatureMap, ImageRecord} from "../../records/record.js";
import type {Fit} from "../../model/image/fit.js";
import type {LexiconFile} from "../../model/lexicon.js";
import type {OptionValues} from "../../analysis/options.js";
import type {LabelClass} from "../../model/segmentation/labels.js";
import type {DeviceKind} from "../capabilities.js";
import type {ModelEntry} from "../catalog.js";
import type {LiveMask, Shown} from "../protocol.js";
import {drawer} from "./store.js";

/** A picture that was run. */
export interface KeptPicture {
  /** As the address names it. */
  id: string;
  title: string;
  file: Blob;
  credit?: string;
  target?: readonly [number, number];
  background?: readonly [number, number];
}

/** Masks as they were shown last. */
export interface KeptMasks {
  masks: LiveMask[];
  /** In the order of the labels. */
  classes: LabelClass[];
  /** What the caption says. */
  note: string;
}

export interface KeptRun {
  /** Tells this run's parts from those of others. */
  key: string;
  /** When it ended, in ms since 1970. */
  ended: number;
  chosen: KeptPicture;
  /** The picture as the model looked at it, and all of it. */
  square: Shown;
  whole: Shown;
  fit: Fit;
  /** Where the middle square was moved to: 0 to 1 along the longer side. */
  at: number;
  options: OptionValues;
  /** The site's model that ran it; absent for a model of the reader's own, whose files are not copied. */
  entry?: ModelEntry;
  kind: DeviceKind;
  /** The device as captions name it. */
  device: string;
  record: ImageRecord;
  /** What answers words, for a model with a classifier. */
  words?: {rows: FeatureMap; file: LexiconFile};
  tower: boolean;
  masks?: KeptMasks;
}

/** A run that is older than this is forgotten: the machine may be somebody else's tomorrow. */
const longest = 24 * 3600 * 1000;

/** This tab's word for the run that it shows. */
const mark = "sfp-live-run";

/** Keeps a run, in place of the one before, and has this tab show it. */
export async function keepRun(run: KeptRun): Promise<void> {
  await drawer.empty();
  await drawer.write("run", "latest", run);
  remember(run.key);
}

/** Adds to the kept run, if it is still that one. */
export async function amendRun(key: string, change: Partial<KeptRun>): Promise<void> {
  const run = await keptRun();
  if (run?.key === key) await drawer.write("run", "latest", {...run, ...change});
}

/** The run that is kept, if any. */
export async function keptRun(): Promise<KeptRun | undefined> {
  const run = await drawer.read<KeptRun>("run", "latest");
  if (run && Date.now() - run.ended > longest) {
    await drawer.empty();
    return undefined;
  }
  return run;
}

/** Forgets the run and its picture. */
export async function forgetRun(): Promise<void> {
  leaveRun();
  await drawer.empty();
}

/** Whether this tab shows the run: another tab of the site goes on with the site's photos. */
export function isShown({key}: KeptRun): boolean {
  try {
    return sessionStorage.getItem(mark) === key;
  } catch {
    return false;
  }
}

/** Has this tab show the run. */
export function remember(key: string): void {
  try {
    sessionStorage.setItem(mark, key);
  } catch {
    // Without storage the reader's own picture is still found by its address.
  }
}

/** Has this tab show the site's own analyses. */
export function leaveRun(): void {
  try {
    sessionStorage.removeItem(mark);
  } catch {
    // There was no mark to remove.
  }
}
