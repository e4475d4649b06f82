/** Words for files that cannot be used: which one, where it was looked for, and why. */
import {existsSync, statSync} from "node:fs";
import {isAbsolute, resolve} from "node:path";

/**
 * Says that a path is not there, and where it was looked for: a relative one depends on the folder that the command was
 * called in.
 */
export function notThere(path: string, what: "file" | "folder" = "file"): string {
  return `${path}: there is no such ${what}${lookedFor(path)}.`;
}

/**
 * Checks that a file is there to be read.
 *
 * @throws Error that says where it was looked for, or that it is a folder
 */
export function needFile(path: string): void {
  if (!existsSync(path)) throw new Error(notThere(path));
  if (statSync(path).isDirectory()) throw new Error(`${path} is a folder; a file is needed.`);
}

/** A failure to read a file, in words: a system's error as what it means and not as its code. */
export function cannotRead(path: string, cause: unknown): Error {
  return new Error(`${path} cannot be read: ${systemReason(cause)}${lookedFor(path)}.`, {cause});
}

/** What went wrong, without the system's code and path: "permission denied". */
export function systemReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^[A-Z0-9]+: (.+?)(, \w+( .*)?)?$/.exec(message)?.[1] ?? message.split("\n")[0].replace(/\.$/, "");
}

function lookedFor(path: string): string {
  return isAbsolute(path) ? "" : ` (looked for at ${resolve(path)})`;
}
