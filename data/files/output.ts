/** Where results go: whole or not at all, never over what was read. */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats
} from "node:fs";
import {basename, dirname, join, resolve} from "node:path";
import {systemReason} from "./missing.js";

/** Where a verb writes: results to `stdout`, words for people to `stderr`. */
export interface Streams {
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
}

/** A place that cannot be written to, found before the work. */
export class OutputError extends Error {
  override name = "OutputError";
}

/**
 * Makes ready for files that will be written when the work is done: their folders are made, and nothing that was read
 * is among them. Call it before the work.
 *
 * @param inputs files that the work reads; undefined ones are passed over
 * @throws OutputError that names the file and what to do
 */
export function claimFiles(
  files: readonly (string | undefined)[],
  {inputs = []}: {inputs?: readonly (string | undefined)[]} = {}
): void {
  const read = new Set(inputs.flatMap((file) => (file === undefined ? [] : [identity(file)])));
  const taken = new Set<string>();
  for (const file of files) {
    if (file === undefined) continue;
    if (!basename(file) || /[/\\]$/.test(file) || isFolder(file))
      throw new OutputError(`${file || "An empty name"} is a folder; name a file in it.`);
    const own = identity(file);
    if (read.has(own)) throw new OutputError(`${file} is read by this command and would be lost; choose another name.`);
    if (taken.has(own)) throw new OutputError(`${file} would be written twice; choose another name.`);
    if (isOfModel(file)) throw new OutputError(`${file} belongs to a model and would be lost; choose another name.`);
    taken.add(own);
    claimFolder(dirname(file));
    if (existsSync(file)) needWritable(file);
  }
}

/**
 * Makes a folder for results, with those above it.
 *
 * @throws OutputError that names it, when it is a file or cannot be made or written to
 */
export function claimFolder(folder: string): void {
  if (existsSync(folder) && !isFolder(folder))
    throw new OutputError(`${folder} is a file; a folder is needed there for the results.`);
  try {
    mkdirSync(folder, {recursive: true});
  } catch (cause) {
    throw new OutputError(`${folder} cannot be made: ${systemReason(cause)}.`, {cause});
  }
  needWritable(folder);
}

function needWritable(path: string): void {
  try {
    accessSync(path, constants.W_OK);
  } catch (cause) {
    throw new OutputError(`${path} cannot be written: ${systemReason(cause)}.`, {cause});
  }
}

/** What tells whether two paths are one file: what links lead to, or the place where it would come to be. */
function identity(path: string): string {
  const stats = statsOf(path);
  if (stats?.ino) return `${stats.dev}:${stats.ino}`;
  const folder = dirname(resolve(path));
  return join(existsSync(folder) ? realpathSync(folder) : folder, basename(path));
}

function isFolder(path: string): boolean {
  return statsOf(path)?.isDirectory() ?? false;
}

/** What is at a path; undefined where there is nothing, or a file where its folder should be. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, {throwIfNoEntry: false});
  } catch {
    return undefined;
  }
}

/** Files that a model's folder is made of. */
const modelFiles =
  /^((model|pytorch_model|open_clip).*\.(safetensors|bin|json)|(.*config|tokenizer|vocab|lexicon)\.json|merges\.txt)$/;

/** Whether an existing file is one of a model's, beside its weights. */
function isOfModel(path: string): boolean {
  return (
    modelFiles.test(basename(path)) && existsSync(path) && readdirSync(dirname(path)).includes("model.safetensors")
  );
}

/** Writes a file whole or not at all. What a link leads to is written, and devices are not replaced. */
export function writeWhole(path: string, data: Uint8Array | string): void {
  const stats = statsOf(path);
  if (stats && !stats.isFile()) return writeFileSync(path, data);
  const target = stats ? realpathSync(path) : path;
  const part = `${target}.part-${process.pid}`;
  try {
    writeFileSync(part, data);
    renameSync(part, target);
  } catch (error) {
    rmSync(part, {force: true});
    throw new Error(`${path} cannot be written: ${systemReason(error)}.`, {cause: error});
  }
}

/** Writes a result to `--out` where it was given, else to standard output. */
export function deliver(data: Uint8Array | string, out: string | undefined, {stdout}: Streams): void {
  if (out === undefined) stdout.write(data);
  else writeWhole(out, data);
}
