/** Files of arrays on disk: one file, a folder of .npy files, or several of either. */
import {readdirSync, readFileSync, statSync} from "node:fs";
import {basename, extname, join, dirname} from "node:path";
import {createHash} from "node:crypto";
import {isArrayFile, npyArrays, openArrays} from "../../components/exchange/open.js";
import type {StoredArrays} from "../../components/exchange/stored.js";
import {cannotRead, notThere} from "./missing.js";

/** Node reads no larger file at once. */
const mostBytes = 2 ** 31 - 1;

/** The arrays of a file or of a folder of .npy files, and the SHA-256 of what was read, in hex. */
export interface OpenedArrays {
  arrays: StoredArrays;
  sha256: string;
}

/**
 * Reads a file of arrays, or a folder of .npy files.
 *
 * @throws Error that names the file and what is wrong with it
 */
export async function readArrays(path: string): Promise<OpenedArrays> {
  const hash = createHash("sha256");
  if (!isFolder(path)) {
    const bytes = readWhole(path);
    return {arrays: await openArrays(bytes, path), sha256: hash.update(bytes).digest("hex")};
  }
  const files: Record<string, Uint8Array> = {};
  for (const name of npyFiles(path)) {
    files[basename(name, ".npy")] = readWhole(join(path, name));
    hash.update(name).update(files[basename(name, ".npy")]);
  }
  if (!Object.keys(files).length) throw new Error(`${path} has no .npy files.`);
  return {arrays: npyArrays(files), sha256: hash.digest("hex")};
}

/**
 * The dumps that a word of the command line names: a file, a folder of .npy files, a folder of such files or folders,
 * or a pattern with `*` in its last part.
 *
 * @throws Error when there is none
 */
export function dumpPaths(word: string): string[] {
  if (word.includes("*") && !exists(word)) {
    const [folder, pattern] = [dirname(word), basename(word)];
    if (!isFolder(folder)) throw new Error(notThere(folder, "folder"));
    const matching = new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`);
    const found = dumpsIn(folder).filter((name) => matching.test(name));
    if (!found.length) throw new Error(`${word}: no file of arrays matches.`);
    return found.map((name) => join(folder, name));
  }
  if (!exists(word)) throw new Error(notThere(word));
  if (!isFolder(word) || npyFiles(word).length) return [word];
  const found = dumpsIn(word);
  if (!found.length) throw new Error(`${word} has no files of arrays: .npz, .arrow, .safetensors, or folders of .npy.`);
  return found.map((name) => join(word, name));
}

/** "photo" of "dumps/photo.npz" and of "dumps/photo/". */
export function stemOf(path: string): string {
  return isFolder(path) ? basename(path) : basename(path, extname(path));
}

/** Whether a path is a folder. */
export function isFolder(path: string): boolean {
  return statSync(path, {throwIfNoEntry: false})?.isDirectory() ?? false;
}

function exists(path: string): boolean {
  return statSync(path, {throwIfNoEntry: false}) !== undefined;
}

function dumpsIn(folder: string): string[] {
  return readdirSync(folder)
    .toSorted()
    .filter((name) => isArrayFile(name) || (isFolder(join(folder, name)) && npyFiles(join(folder, name)).length > 0));
}

function npyFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".npy"))
    .toSorted();
}

function readWhole(path: string): Uint8Array {
  const found = statSync(path, {throwIfNoEntry: false});
  if (!found) throw new Error(notThere(path));
  if (found.size > mostBytes)
    throw new Error(
      `${path} has ${(found.size / 2 ** 30).toFixed(1)} GiB, and at most 2 are read; save the arrays as float16, or as a folder of .npy files.`
    );
  try {
    return readFileSync(path);
  } catch (cause) {
    throw cannotRead(path, cause);
  }
}
