import {renameSync, rmSync, writeFileSync} from "node:fs";

/** Where a verb writes: results to `stdout`, words for people to `stderr`. */
export interface Streams {
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
}

/** Writes a file whole or not at all. */
export function writeWhole(path: string, data: Uint8Array | string): void {
  const part = `${path}.part-${process.pid}`;
  try {
    writeFileSync(part, data);
    renameSync(part, path);
  } catch (error) {
    rmSync(part, {force: true});
    throw error;
  }
}

/** Writes a result to `--out` where it was given, else to standard output. */
export function deliver(data: Uint8Array | string, out: string | undefined, {stdout}: Streams): void {
  if (out === undefined) stdout.write(data);
  else writeWhole(out, data);
}
