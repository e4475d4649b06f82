/** Evaluations as files: what was counted, over which images, by whom. Merging files equals running once. */
import type {PropagationOptions} from "../../components/model/segmentation/propagate.js";
import type {OptionValues} from "../../components/analysis/options.js";
import {readFileSync} from "node:fs";
import type {Provenance} from "../../components/records/record.js";
import {areas, Confusion, scores} from "../../components/model/evaluation/metric.js";
import type {EvaluationSettings} from "../../components/model/evaluation/settings.js";

/** Everything that must be equal for two files to be parts of one evaluation. */
export interface EvaluationTask {
  dataset: string;
  /** Label folder below the data set's root, and the rule its numbers were read by. */
  labels: {folder: string; rule: string};
  /** Names of all classes; those left out of this evaluation have no words. */
  classes: {name: string; words: string[]}[];
  /** Words that the model could not answer. */
  unknownWords: string[];
  /** Classes whose pixels are ignored because the run was limited to others. */
  excluded: string[];
  settings: EvaluationSettings;
  /** PEARL's propagation, where the scores went through it. */
  propagation?: PropagationOptions;
  /** Options of the method's own scores, where it has some. */
  scoring?: OptionValues;
  provenance: Provenance;
  /** How many images the whole evaluation has, and the SHA-256 of their names in order. */
  images: {count: number; names: string};
}

/** Shard i of n takes images i − 1, i − 1 + n, … of the list; `of: 1` is everything. */
export interface Coverage {
  of: number;
  /** Shards that are in the counts, ascending, from 1. */
  done: number[];
}

export interface EvaluationFile {
  format: "sfp-evaluation 1";
  task: EvaluationTask;
  shards: Coverage;
  /** Images counted. */
  counted: number;
  /** In percent; null where a class is neither labelled nor predicted. Undefined classes are not in the means. */
  scores: {
    miou: number | null;
    aacc: number | null;
    macc: number | null;
    classes: {
      name: string;
      iou: number | null;
      accuracy: number | null;
      labelledPixels: number;
      predictedPixels: number;
    }[];
  };
  /** Pixels: a row for each labelled class, a column for each predicted one. */
  confusion: number[][];
}

const format = "sfp-evaluation 1";

export function evaluationFile(
  task: EvaluationTask,
  shards: Coverage,
  counted: number,
  confusion: Confusion
): EvaluationFile {
  const found = areas(confusion);
  const {miou, aacc, macc, iou, accuracy} = scores(found);
  const rows = task.classes.map((_, c) =>
    Array.from(confusion.counts.subarray(c * confusion.classes, (c + 1) * confusion.classes))
  );
  return {
    format,
    task,
    shards,
    counted,
    scores: {
      miou: finite(miou),
      aacc: finite(aacc),
      macc: finite(macc),
      classes: task.classes.map(({name}, c) => ({
        name,
        iou: finite(iou[c]),
        accuracy: finite(accuracy[c]),
        labelledPixels: found.labelled[c],
        predictedPixels: found.predicted[c]
      }))
    },
    confusion: rows
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** The file's text: one confusion row a line, so that it can be read and compared. */
export function evaluationText({confusion, ...rest}: EvaluationFile): string {
  const head = JSON.stringify(rest, null, 1).slice(0, -2);
  return `${head},\n "confusion": [\n${confusion.map((row) => `  ${JSON.stringify(row)}`).join(",\n")}\n ]\n}\n`;
}

/**
 * Reads an evaluation.
 *
 * @throws Error that names the file, when it cannot be read or is no evaluation of this format
 */
export function readEvaluation(path: string): {file: EvaluationFile; confusion: Confusion} {
  let file: EvaluationFile;
  try {
    file = JSON.parse(readFileSync(path, "utf8")) as EvaluationFile;
  } catch (cause) {
    throw new Error(`${path} cannot be read: ${(cause as Error).message}`, {cause});
  }
  if (file?.format !== format) throw new Error(`${path} is not an evaluation (${format}).`);
  try {
    return {file, confusion: new Confusion(file.task.classes.length, file.confusion.flat())};
  } catch (cause) {
    throw new Error(`${path} is damaged: ${(cause as Error).message}`, {cause});
  }
}

/**
 * Adds shards of one evaluation. With all of them the result is the file that a single run writes, byte for byte.
 *
 * @throws Error that names the first file that belongs to another evaluation, or repeats a shard
 */
export function mergeEvaluations(paths: readonly string[]): EvaluationFile {
  const [first, ...others] = paths.map((path) => ({path, ...readEvaluation(path)}));
  const {task, shards} = first.file;
  const done = new Set(shards.done);
  const devices = new Set([task.provenance.device]);
  let {counted} = first.file;
  for (const {path, file, confusion} of others) {
    const difference = differs({...task}, {...file.task});
    if (difference) throw new Error(`${path} is not of the evaluation of ${first.path}: its ${difference} differs.`);
    if (file.shards.of !== shards.of)
      throw new Error(`${path} is of ${file.shards.of} shards, ${first.path} of ${shards.of}.`);
    const again = file.shards.done.find((shard) => done.has(shard));
    if (again !== undefined) throw new Error(`${path} repeats shard ${again} of ${shards.of}.`);
    file.shards.done.forEach((shard) => done.add(shard));
    devices.add(file.task.provenance.device);
    counted += file.counted;
    first.confusion.merge(confusion);
  }
  const provenance = {...task.provenance, device: [...devices].toSorted().join(" + ")};
  return evaluationFile({...task, provenance}, coverage(shards.of, [...done]), counted, first.confusion);
}

/** Shards in order; all of them together are one run. */
export function coverage(of: number, done: number[]): Coverage {
  return done.length === of ? {of: 1, done: [1]} : {of, done: done.toSorted((a, b) => a - b)};
}

/**
 * The name of the first thing in which two tasks differ. Devices may: the same numbers are expected of all, and a
 * merged file names them all.
 */
export function differs(a: EvaluationTask, b: EvaluationTask): string | undefined {
  const keys = Object.keys(a) as (keyof EvaluationTask)[];
  const plain = (task: EvaluationTask, key: keyof EvaluationTask): string =>
    JSON.stringify(key === "provenance" ? {...task.provenance, device: ""} : task[key]);
  return keys.find((key) => plain(a, key) !== plain(b, key));
}
