/** `models`: what can be had and what is here; fetching one; its geometry. */

import {shrunkenTypes} from "../../components/model/shrink.js";
import {checkModel, type ModelCheck} from "../records/check.js";
import {openModel} from "../engine/index.js";
import {modelCatalog, findModel, getModel, HubError, type ListedModel, listModels} from "../hub/index.js";
import {isShrunkenType, shrinkModel} from "../hub/shrink.js";
import {progressReport} from "../hub/report.js";
import {megabytes} from "../hub/transfer.js";
import {parse, UsageError} from "./options.js";
import type {Streams} from "../files/output.js";
import {deliver} from "../files/output.js";

export const help = `models [list]             the models that are known, and where they are
models get ID|OWNER/NAME[@REVISION]
                          fetch a model from the Hugging Face hub: resumed after an interruption, verified, kept, checked
    --revision R          a branch, tag or commit instead of the one this project knows
models show MODEL         a model's family and geometry, and what had to be guessed
models check MODEL        whether its weights are whole and it sees what is on the project's photos; --json for details
models shrink MODEL       a smaller copy for pages, under the name ID-float16 or ID-int8
    --as TYPE             float16, or int8: matrices in 8 bits a weight (default int8)
    --json                as JSON
    --out FILE            into a file instead of on stdout
Models are kept in .cache/models, or in SFP_MODELS. HF_ENDPOINT names a mirror of the hub, HF_TOKEN a token,
HTTPS_PROXY and NO_PROXY a proxy.
`;

interface Options {
  json?: boolean;
  out?: string;
  revision?: string;
  as?: string;
}

/** Runs the verb with the words after it. */
export async function run(args: string[], streams: Streams): Promise<number> {
  const {values: options, positionals} = parse({
    args,
    allowPositionals: true,
    options: {json: {type: "boolean"}, out: {type: "string"}, revision: {type: "string"}, as: {type: "string"}}
  });
  const [verb = "list", ...names] = positionals;
  try {
    const {text, data, status = 0} = await act(verb, names, options, streams.stderr);
    deliver(options.json ? `${JSON.stringify(data, null, 2)}\n` : text, options.out, streams);
    return status;
  } catch (error) {
    if (error instanceof HubError && error.code === "unknown-model")
      throw new UsageError(error.message, {cause: error});
    throw error;
  }
}

/** The same thing for people and for programs. */
interface Result {
  text: string;
  data: unknown;
  /** Of the process; 0 unless said. */
  status?: number;
}

async function act(verb: string, names: string[], options: Options, stderr: Streams["stderr"]): Promise<Result> {
  if (options.revision !== undefined && verb !== "get") throw new UsageError("--revision goes with `models get`.");
  if (verb === "list") {
    if (names.length) throw new UsageError("`models list` takes no names.");
    return list();
  }
  if (options.as !== undefined && verb !== "shrink") throw new UsageError("--as goes with `models shrink`.");
  if (!["get", "show", "check", "shrink"].includes(verb))
    throw new UsageError(`models ${verb} is not known; known are list, get, show, check, shrink.`);
  if (names.length !== 1) {
    const ids = modelCatalog.filter(({repository}) => verb !== "get" || repository).map(({id}) => id);
    throw new UsageError(
      `models ${verb} takes one model: ${ids.join(", ")}${verb === "get" ? ", or OWNER/NAME on the hub" : ", OWNER/NAME, or a folder"}.`
    );
  }
  if (verb === "shrink") return shrunken(names[0], options);
  if (verb === "check") return check(names[0]);
  return verb === "get" ? get(names[0], options, stderr) : show(names[0]);
}

async function list(): Promise<Result> {
  const models = await listModels();
  const widest = Math.max(...models.map(({id}) => id.length));
  const lines = models.map(
    (model) => `${model.id.padEnd(widest)}  ${place(model)}${model.title ? `  ${model.title}` : ""}`
  );
  return {text: `${lines.join("\n")}\n`, data: models};
}

function place({found, megabytes: size}: ListedModel): string {
  if (found) return `here (${found.folder})`;
  return size === undefined ? "not here" : `to be had (about ${size} MB)`;
}

async function get(id: string, {revision}: Options, stderr: Streams["stderr"]): Promise<Result & {status: number}> {
  const report = progressReport(stderr);
  const abort = new AbortController();
  const interrupt = (): void => abort.abort(new Error("interrupted; the same command goes on from here"));
  process.once("SIGINT", interrupt);
  try {
    const got = await getModel(id, {
      revision,
      signal: abort.signal,
      onProgress: report.onProgress,
      onRetry: (error, seconds) => {
        report.end();
        stderr.write(`${error.message}; trying again in ${Math.ceil(seconds)} s\n`);
      }
    });
    report.end();
    const {commit, repository, files} = got.lock;
    const what = got.fetched.length ? "fetched and verified" : "already here and unchanged";
    const sizes = Object.entries(files).map(
      ([path, file]) => `  ${path}  ${megabytes(file.size)}  sha256 ${file.sha256}`
    );
    const from = `${repository}${commit ? ` at ${commit}` : ""}`;
    const checked = await checkFetched(got.folder);
    const text = `${got.id}: ${what}, in ${got.folder}\n  from ${from}\n${sizes.join("\n")}\n${checked.text}\n`;
    return {text, data: {...got, check: checked.data ?? checked.text}, status: checked.data?.good ? 0 : 1};
  } finally {
    report.end();
    process.removeListener("SIGINT", interrupt);
  }
}

async function shrunken(idOrFolder: string, {as: type = "int8"}: Options): Promise<Result> {
  if (!isShrunkenType(type)) throw new UsageError(`--as ${type} is not known; known are ${shrunkenTypes.join(", ")}.`);
  const copy = await shrinkModel(idOrFolder, type);
  return {text: `${copy.id}: ${megabytes(copy.bytes)}, in ${copy.folder}\n`, data: copy};
}

async function show(word: string): Promise<Result> {
  const {id, folder} = await findModel(word);
  const model = await openModel(word);
  const {hash, geometry, family, naming, guesses, textProblem} = model;
  const text = model.textTower?.geometry;
  const parts = [`${id}, in ${folder}`, `sha256 ${hash}`, `${family.title}, in ${names[naming]} names`];
  parts.push("image tower", ...rows(geometry));
  if (text) parts.push("text tower", ...rows(text));
  else if (textProblem) parts.push(`no text tower that is known: ${textProblem}`);
  else if (geometry.classes !== undefined) parts.push("no text tower: words come from a lexicon");
  else parts.push("no text tower and no classifier: no words");
  parts.push(...guesses.map((guess) => `guessed: ${guess}`));
  const data = {id, folder, hash, family: family.id, naming, geometry, text, textProblem, guesses};
  return {text: `${parts.join("\n")}\n`, data};
}

const names = {
  original: "the authors'",
  huggingface: "transformers'",
  timm: "timm's",
  openclip: "open_clip's"
} as const;

async function check(word: string): Promise<Result & {status: number}> {
  const found = await checkModel(await openModel(word));
  return {text: `${found.verdict}\n`, data: found, status: found.good ? 0 : 1};
}

/**
 * What `models get` ends with: whether what was fetched works here. A model that does not is kept all the same, and the
 * exit status is 1.
 */
async function checkFetched(id: string): Promise<{text: string; data?: ModelCheck}> {
  try {
    const found = await checkModel(await openModel(id));
    return {text: found.verdict, data: found};
  } catch (error) {
    return {text: `fetched, but it does not work here: ${(error as Error).message}`};
  }
}

/** A line for each size. */
function rows(geometry: object): string[] {
  return Object.entries(geometry)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `  ${name.padEnd(12)} ${words(value)}`);
}

/** A size in words: the rotary positions' kind, and the like, not their every number. */
function words(value: unknown): string {
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .filter(([, part]) => !Array.isArray(part))
    .map(([name, part]) => `${name} ${String(part)}`)
    .join(", ");
}
