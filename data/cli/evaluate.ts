/** Scores of a method on a benchmark, by the protocol of the published evaluations. */
import {createHash} from "node:crypto";
import {readFileSync} from "node:fs";
import {datasetNamed, datasetNames, type DatasetName} from "../../components/model/evaluation/datasets.js";
import {classQueries, type ClassLists, type QueryClass} from "../../components/model/evaluation/queries.js";
import {equalWords} from "../../components/model/segmentation/labels.js";
import {evaluationSettings, ownOptions, ownPropagation, scoringOf} from "../../components/model/evaluation/settings.js";
import {
  answerClasses,
  openBackend,
  propagateHelp,
  propagationWords,
  scoringWords,
  unknownWords,
  type Backend,
  type OpenBackend
} from "./backend.js";
import {datasetFiles, type Sample} from "./dataset-files.js";
import {evaluationText, mergeEvaluations, type EvaluationTask} from "./evaluation-file.js";
import {printReport} from "./evaluation-report.js";
import {interveneHelp, interveneOptions} from "./intervene.js";
import {modelHelp, modelOptions, parse, shardOf, UsageError, wholeNumber} from "./options.js";
import {claimFiles, writeWhole, type Streams} from "../files/output.js";
import {runEvaluation, unfinished} from "./run-evaluation.js";

export const help = `evaluate --dataset ${datasetNames.join("|")} --root DIR [options]
evaluate merge A.json B.json ... [--out FILE]
  mIoU over a benchmark's validation images, per class, with the confusion matrix.
  --root DIR          the data set, in mmsegmentation's layout
  --list FILE         image names, one a line, instead of the data set's own list
  --limit N           only the first N images
  --shard I/N         images I, I + N, ... only (I from 1); evaluate merge adds the shards of one evaluation
  --settings NAME     own: as the method's repository (default); alike: every method in SCLIP's shell
  --words NAME        strict: every word must be known to the model (default); known: leave out the others
  --classes A,B,...   only these classes; pixels of the others are ignored
  --images FILE       also write each image's pixels per class, a JSON line an image
  --json              JSON on standard output instead of a table
${propagateHelp}
${interveneHelp}
${modelHelp}
  With --out, an interrupted run goes on where it stopped when it is given again.`;

const options = {
  ...modelOptions,
  ...interveneOptions,
  dataset: {type: "string"},
  root: {type: "string"},
  list: {type: "string"},
  limit: {type: "string"},
  shard: {type: "string", default: "1/1"},
  settings: {type: "string", default: "own"},
  words: {type: "string", default: "strict"},
  classes: {type: "string"},
  images: {type: "string"},
  propagate: {type: "boolean", default: false}
} as const;

export async function run(args: string[], streams: Streams, open: OpenBackend = openBackend): Promise<number> {
  if (args[0] === "merge") return merge(args.slice(1), streams);
  const asGiven = parse({args, options}).values;
  if (asGiven.dataset === undefined) throw new UsageError(`--dataset is needed: ${datasetNames.join(", ")}.`);
  if (asGiven.root === undefined) throw new UsageError("--root DIR is needed: the data set's folder.");
  const dataset = datasetNamed(asGiven.dataset);
  const choice = oneOf("settings", asGiven.settings, ["own", "alike"] as const);
  const {words: given, propagation} = propagationWords(
    choice === "own" ? withOwnOptions(asGiven, dataset.name) : asGiven,
    choice === "own" ? ownPropagation(dataset.name) : {}
  );
  const shard = shardOf(given.shard);
  const words = oneOf("words", given.words, ["strict", "known"] as const);
  const settings = evaluationSettings(given.method, dataset, choice);
  const lists = JSON.parse(readFileSync(new URL("../labels/classes.json", import.meta.url), "utf8")) as ClassLists;
  const asked = restrict(classQueries(lists, dataset, settings.wording), given.classes);
  const {words: values, scoring} = scoringWords(given, scoringOf(given.method, dataset.name));
  claimOutputs(values);
  const files = datasetFiles(dataset, asGiven.root, values.list);
  const limit = values.limit === undefined ? Infinity : wholeNumber("limit", values.limit, 1);
  const samples = files.samples.slice(0, limit);
  const backend = await open(values, streams);
  try {
    const {classes, text, width, unknown} = await answers(backend, asked, words);
    for (const note of equalWords(classes, {vectors: text, width})) streams.stderr.write(`${note}\n`);
    const task: EvaluationTask = {
      dataset: dataset.name,
      labels: {folder: files.labelFolder, rule: files.rule},
      classes: classes.map(({name, words: left}) => ({name, words: [...left]})),
      unknownWords: unknown,
      excluded: asked.filter(({words: left}) => !left.length).map(({name}) => name),
      settings,
      ...(propagation ? {propagation} : {}),
      ...(scoring ? {scoring} : {}),
      provenance: backend.provenance,
      images: {count: samples.length, names: hash(samples)}
    };
    const finished = await runEvaluation(task, {
      samples,
      shard,
      text,
      backend,
      streams,
      rule: files.rule,
      out: values.out,
      images: values.images
    });
    printReport(finished, values, streams);
    return 0;
  } finally {
    await backend.close();
  }
}

/** The words with the options of the method's repository before those that are given, which count more. */
function withOwnOptions<W extends {method: string; proxy?: string; option: readonly string[]}>(
  words: W,
  name: DatasetName
): W {
  const own = ownOptions(words.method, name, words.proxy !== undefined);
  return {...words, option: [...Object.entries(own).map(([key, value]) => `${key}=${value}`), ...words.option]};
}

async function answers(backend: Backend, classes: QueryClass[], mode: "strict" | "known") {
  try {
    return await answerClasses((words) => backend.text(words), classes, mode);
  } catch (error) {
    const unknown = unknownWords(error);
    if (!unknown) throw error;
    const some = [...unknown].slice(0, 8).join(", ");
    const more = unknown.size > 8 ? ` and ${unknown.size - 8} more` : "";
    throw new Error(
      `${backend.provenance.model} has no vector for ${some}${more}. With --words known they are left out; --classes limits the evaluation.`,
      {cause: error}
    );
  }
}

/** The result, what an unfinished run leaves beside it, and the lines of images. */
function claimOutputs({out, images, list}: {out?: string; images?: string; list?: string}): void {
  claimFiles([out, out && unfinished(out), images], {inputs: [list]});
}

/** The classes with the words of those not chosen removed. */
function restrict(classes: QueryClass[], chosen?: string): QueryClass[] {
  if (chosen === undefined) return classes;
  const names = chosen.split(",").map((name) => name.trim());
  const wrong = names.find((name) => !classes.some((one) => one.name === name));
  if (wrong !== undefined)
    throw new UsageError(
      `--classes: ${wrong || "an empty name"} is not a class; they are ${classes.map(({name}) => name).join(", ")}.`
    );
  return classes.map(({name, words}) => ({name, words: names.includes(name) ? words : []}));
}

function oneOf<const T extends readonly string[]>(option: string, word: string, known: T): T[number] {
  if (known.includes(word)) return word;
  throw new UsageError(`--${option} ${word} is not known; known are ${known.join(", ")}.`);
}

function hash(samples: readonly Sample[]): string {
  return createHash("sha256")
    .update(samples.map(({name}) => name).join("\n"))
    .digest("hex");
}

function merge(args: string[], streams: Streams): number {
  const {values, positionals} = parse({
    args,
    options: {out: modelOptions.out, json: modelOptions.json},
    allowPositionals: true
  });
  if (!positionals.length) throw new UsageError("evaluate merge A.json B.json ...: name the shards' files.");
  claimFiles([values.out], {inputs: positionals});
  const merged = mergeEvaluations(positionals);
  const {of, done} = merged.shards;
  if (done.length < of) {
    const missing = Array.from({length: of}, (_, i) => i + 1).filter((shard) => !done.includes(shard));
    streams.stderr.write(`Only a part: shards ${missing.join(", ")} of ${of} are missing.\n`);
  }
  if (values.out !== undefined) writeWhole(values.out, evaluationText(merged));
  printReport(merged, values, streams);
  return 0;
}
