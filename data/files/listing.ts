/** Folders as people have them: hidden files passed over, what cannot be read named. */
import {readdirSync, readlinkSync, realpathSync, statSync} from "node:fs";
import {join} from "node:path";
import {cannotRead, systemReason} from "./missing.js";

/** What a folder holds. */
export interface Listing {
  /** Paths below the folder, in order. */
  files: string[];
  /** What is in it and cannot be used, each with the reason. */
  broken: {path: string; reason: string}[];
}

/**
 * Lists the files of a folder. Hidden ones (`.DS_Store`, `._x.jpg`, `.ipynb_checkpoints`) are passed over; links that lead
 * nowhere or in a circle, folders that cannot be opened and names that are not UTF-8 are named as broken.
 *
 * @param below whether folders in it are listed too
 * @throws Error that names the folder, when it cannot be listed itself
 */
export function listFolder(folder: string, {below = false}: {below?: boolean} = {}): Listing {
  const found: Listing = {files: [], broken: []};
  let names: Buffer[];
  try {
    names = readdirSync(folder, {encoding: "buffer"});
  } catch (cause) {
    throw cannotRead(folder, cause);
  }
  list(folder, "", names, below, [realpathSync(folder)], found);
  return {files: found.files.toSorted(), broken: found.broken};
}

function list(
  folder: string,
  under: string,
  names: readonly Buffer[],
  below: boolean,
  above: readonly string[],
  found: Listing
): void {
  for (const bytes of names) {
    const name = bytes.toString();
    if (name.startsWith(".")) continue;
    const path = join(under, name);
    const reason = !Buffer.from(name).equals(bytes) ? "its name is not UTF-8; rename it" : undefined;
    const whole = join(folder, path);
    const kind = reason ?? kindOf(whole);
    if (kind === "file") found.files.push(path);
    else if (kind !== "folder") found.broken.push({path, reason: kind});
    else if (below) descend(folder, path, above, found);
  }
}

function descend(folder: string, path: string, above: readonly string[], found: Listing): void {
  const whole = join(folder, path);
  try {
    const real = realpathSync(whole);
    if (above.includes(real)) found.broken.push({path, reason: "it is a link to a folder that holds it"});
    else list(folder, path, readdirSync(whole, {encoding: "buffer"}), true, [...above, real], found);
  } catch (error) {
    found.broken.push({path, reason: systemReason(error)});
  }
}

/** "file", "folder", or why it is neither. */
function kindOf(path: string): string {
  try {
    const stats = statSync(path);
    return stats.isFile() ? "file" : stats.isDirectory() ? "folder" : "it is neither a file nor a folder";
  } catch (error) {
    const target = linkTarget(path);
    return target === undefined ? systemReason(error) : `it is a link to ${target}, which cannot be opened`;
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
