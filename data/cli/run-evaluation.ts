/** One evaluation run: counting, saving now and then, going on after an interruption. */
import {appendFileSync, existsSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import type {LabelRule} from "../../components/model/evaluation/label-rules.js";
import {areas, Confusion, scores} from "../../components/model/evaluation/metric.js";
import {segment} from "../../components/model/segmentation/segment.js";
import type {Backend} from "./backend.js";
import {countImages} from "./count-images.js";
import type {Sample} from "./dataset-files.js";
import {
  coverage,
  differs,
  evaluationFile,
  evaluationText,
  readEvaluation,
  type Coverage,
  type EvaluationFile,
  type EvaluationTask
} from "./evaluation-file.js";
import {percent} from "./evaluation-report.js";
import type {Streams} from "../files/output.js";
import {writeWhole} from "../files/output.js";
import {progress} from "../files/progress.js";

/** How often an unfinished run is saved, in ms. */
const saveEvery = 5000;

export interface Work {
  /** All images of the evaluation; the shard takes its own. */
  samples: Sample[];
  shard: {index: number; of: number};
  text: Float32Array;
  rule: LabelRule;
  backend: Backend;
  streams: Streams;
  /** Where the result goes; an unfinished run is kept beside it. */
  out?: string;
  /** Where each image's pixels per class go, a JSON line an image. */
  images?: string;
}

/**
 * Counts a shard's images, going on where an unfinished run stopped, and writes the result whole or not at all.
 * A result that is already there is returned as it is.
 *
 * @throws Error when `out`, or what an unfinished run left, belongs to another evaluation
 */
export async function runEvaluation(task: EvaluationTask, work: Work): Promise<EvaluationFile> {
  const {samples, shard, text, rule, backend, streams, out, images} = work;
  const shards = coverage(shard.of, [shard.index]);
  const already = out === undefined ? undefined : finishedFile(out, task, shards);
  if (already) {
    streams.stderr.write(`${out} is this evaluation, already done.\n`);
    return already;
  }
  const own = samples.filter((_, i) => i % shard.of === shard.index - 1);
  const state = out === undefined ? undefined : unfinished(out);
  const {from, confusion} = resume(state, task, shards);
  if (from) streams.stderr.write(`Going on after ${from} of ${own.length} images (${state}).\n`);
  trimLines(images, from);
  const {settings, provenance, excluded, classes, propagation, scoring} = task;
  const scored = scoring && backend.withScores!({scoring, text, classes});
  const bar = progress(streams.stderr, "images", own.length, from);
  const save = (done: number): void => {
    if (state !== undefined) writeWhole(state, evaluationText(evaluationFile(task, shards, done, confusion)));
  };
  let done = from;
  let saved = performance.now();
  try {
    await countImages({
      samples: own,
      rule,
      excluded: classes.flatMap(({name}, c) => (excluded.includes(name) ? [c] : [])),
      confusion,
      from,
      predict: async (image) => {
        const {geometry} = backend;
        const features = scored ?? backend.features;
        const batch = backend.seesAllWindows ? "all" : undefined;
        const padTo = settings.padded === true ? geometry.patch : settings.padded || undefined;
        return (await segment({image, colours: geometry, features, text, classes, settings, padTo, batch, propagation}))
          .labels;
      },
      onImage(number, found) {
        done = number;
        if (images !== undefined) appendFileSync(images, JSON.stringify(found) + "\n");
        bar.update(done, `mIoU ${percent(scores(areas(confusion)).miou)} so far`);
        if (performance.now() - saved < saveEvery) return;
        save(done);
        saved = performance.now();
      }
    });
  } catch (error) {
    if (done > from) save(done);
    throw error;
  } finally {
    bar.end();
  }
  const finished = evaluationFile(task, shards, done, confusion);
  if (out !== undefined) writeWhole(out, evaluationText(finished));
  if (state !== undefined) rmSync(state, {force: true});
  streams.stderr.write(
    `${done} images, ${provenance.model}, ${provenance.method}, on ${provenance.device}; settings: ${settings.source}\n`
  );
  return finished;
}

/** Where an interrupted run is kept, beside its result. */
export function unfinished(out: string): string {
  return `${out}.unfinished`;
}

/** The file in `--out`, if it already is this evaluation. */
function finishedFile(path: string, task: EvaluationTask, shards: Coverage): EvaluationFile | undefined {
  if (!existsSync(path)) return undefined;
  const {file} = readEvaluation(path);
  const same = !differs(file.task, task) && JSON.stringify(file.shards) === JSON.stringify(shards);
  if (!same) throw new Error(`${path} is another evaluation (${about(file)}); remove it, or choose another --out.`);
  return file;
}

/** Where an interrupted run stopped. */
function resume(
  path: string | undefined,
  task: EvaluationTask,
  shards: Coverage
): {from: number; confusion: Confusion} {
  if (path === undefined || !existsSync(path)) return {from: 0, confusion: new Confusion(task.classes.length)};
  const {file, confusion} = readEvaluation(path);
  const difference = JSON.stringify(file.shards) === JSON.stringify(shards) ? differs(file.task, task) : "shard";
  if (difference)
    throw new Error(
      `${path} was begun by another evaluation (${about(file)}; its ${difference} differs); remove it, or choose another --out.`
    );
  return {from: file.counted, confusion};
}

function about({task: {dataset, provenance}, shards}: EvaluationFile): string {
  const part = shards.of > 1 ? `, shard ${shards.done.join(", ")} of ${shards.of}` : "";
  return `${dataset}, ${provenance.model}, ${provenance.method}${part}`;
}

/** Leaves as many lines in the file of images as there are images in the counts: the rest is done again. */
function trimLines(path: string | undefined, count: number): void {
  if (path === undefined) return;
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const lines = text.split("\n").slice(0, -1);
  if (text && !text.startsWith('{"image":'))
    throw new Error(`--images ${path} is there and holds something else; it would be lost. Choose another name.`);
  if (!count) return writeFileSync(path, "");
  if (lines.length < count)
    throw new Error(`--images ${path} has ${lines.length} of the ${count} images already counted; start anew.`);
  writeFileSync(
    path,
    lines
      .slice(0, count)
      .map((line) => line + "\n")
      .join("")
  );
}
