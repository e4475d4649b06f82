/** `models`: what can be had and what is here; fetching one; its geometry. */

import {shrunkenTypes} from "../../components/model/shrink.js";
import {openModel} from "../engine/index.js";
import {catalog, findModel, getModel, HubError, type ListedModel, listModels} from "../hub/index.js";
import {isShrunkenType, shrinkModel} from "../hub/shrink.js";
import {progressReport} from "../hub/report.js";
import {megabytes} from "../hub/transfer.js";
import {parse, UsageError} from "./options.js";
import type {Streams} from "../files/output.js";
import {deliver} from "../files/output.js";

export const help = `models [list]             the models that are known, and where they are
models get ID             fetch a model from the Hugging Face hub: resumed after an interruption, verified, kept
    --revision R          a branch, tag or commit instead of the one this project knows
models show ID|FOLDER     a model's geometry
models shrink ID|FOLDER   a smaller copy for pages, under the name ID-float16 or ID-int8
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
    const {text, data} = await act(verb, names, options, streams.stderr);
    deliver(options.json ? `${JSON.stringify(data, null, 2)}\n` : text, options.out, streams);
    return 0;
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
}

async function act(verb: string, names: string[], options: Options, stderr: Streams["stderr"]): Promise<Result> {
  if (options.revision !== undefined && verb !== "get") throw new UsageError("--revision goes with `models get`.");
  if (verb === "list") {
    if (names.length) throw new UsageError("`models list` takes no names.");
    return list();
  }
  if (options.as !== undefined && verb !== "shrink") throw new UsageError("--as goes with `models shrink`.");
  if (verb !== "get" && verb !== "show" && verb !== "shrink")
    throw new UsageError(`models ${verb} is not known; known are list, get, show, shrink.`);
  if (names.length !== 1) {
    const ids = catalog.filter(({repository}) => verb !== "get" || repository).map(({id}) => id);
    throw new UsageError(`models ${verb} takes one model: ${ids.join(", ")}${verb === "get" ? "" : ", or a folder"}.`);
  }
  if (verb === "shrink") return shrunken(names[0], options);
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

async function get(id: string, {revision}: Options, stderr: Streams["stderr"]): Promise<Result> {
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
    return {text: `${id}: ${what}, in ${got.folder}\n  from ${from}\n${sizes.join("\n")}\n`, data: got};
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

async function show(idOrFolder: string): Promise<Result> {
  const {id, folder} = await findModel(idOrFolder);
  const model = await openModel(folder);
  const {hash, geometry} = model;
  const text = model.textTower?.geometry;
  const parts = [`${id}, in ${folder}`, `sha256 ${hash}`, "image tower", ...rows(geometry)];
  parts.push(...(text ? ["text tower", ...rows(text)] : ["no text tower: words come from a lexicon"]));
  return {text: `${parts.join("\n")}\n`, data: {id, folder, hash, geometry, text}};
}

/** A line for each size. */
function rows(geometry: object): string[] {
  return Object.entries(geometry)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `  ${name.padEnd(12)} ${Array.isArray(value) ? value.join(", ") : String(value)}`);
}
