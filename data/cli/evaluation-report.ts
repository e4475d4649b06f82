/** An evaluation as people read it. */
import {evaluationText, type EvaluationFile} from "./evaluation-file.js";
import type {Streams} from "../files/output.js";
import {deliver} from "../files/output.js";

/** What standard output says: a table, or JSON with `--json`; with `--out` alone the table only. */
export function printReport(file: EvaluationFile, {json, out}: {json?: boolean; out?: string}, streams: Streams): void {
  if (json) {
    if (out === undefined) deliver(evaluationText(file), undefined, streams);
    else streams.stderr.write(`Written to ${out}.\n`);
    return;
  }
  streams.stdout.write(table(file));
}

function table({task, shards, counted, scores: {miou, aacc, macc, classes}}: EvaluationFile): string {
  const width = Math.max(...classes.map(({name}) => name.length), 8);
  const {model, method, options: changed, device} = task.provenance;
  const lines = classes
    .filter(({iou}) => iou !== null)
    .map(
      ({name, iou, accuracy}) => `${name.padEnd(width)} ${percent(iou).padStart(6)} ${percent(accuracy).padStart(6)}`
    );
  const part = shards.of > 1 ? `, shard ${shards.done.join(", ")} of ${shards.of}` : "";
  return [
    `${task.dataset}, ${counted} images${part}; ${model}, ${[method, ...changed].join(" ")}, on ${device}`,
    `Settings: ${task.settings.source}.`,
    task.unknownWords.length ? `Left out, unknown to the model: ${task.unknownWords.join(", ")}.` : "",
    task.excluded.length ? `Pixels ignored of: ${task.excluded.join(", ")}.` : "",
    `${"".padEnd(width)} ${"IoU".padStart(6)} ${"Acc".padStart(6)}`,
    ...lines,
    `${"mean".padEnd(width)} ${percent(miou).padStart(6)} ${percent(macc).padStart(6)}`,
    `aAcc ${percent(aacc)}`,
    ""
  ]
    .filter((line, i, all) => line || i === all.length - 1)
    .join("\n");
}

/** A score in percent as tables print it. */
export function percent(value: number | null): string {
  return value === null || Number.isNaN(value) ? "-" : value.toFixed(2);
}
