/** Weights as a site serves them: cut into parts, because hosts limit how large a file may be. */
import {createHash} from "node:crypto";
import {createReadStream, statSync} from "node:fs";
import {partName, type ModelEntry} from "../../components/live/catalog.js";

/** Below the 25 MiB that Cloudflare Pages allows a file. */
export const partBytes = 24_000_000;

/** What the page has to know of a weights file. */
export type CutWeights = Pick<ModelEntry, "bytes" | "hash" | "partBytes" | "parts">;

/** Hashes a weights file as a whole and part by part, without holding it in memory. */
export async function cutWeights(file: string, length = partBytes): Promise<CutWeights> {
  const whole = createHash("sha256");
  const parts: string[] = [];
  let part = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(file, {highWaterMark: 1 << 20}) as AsyncIterable<Buffer>) {
    whole.update(chunk);
    for (let from = 0; from < chunk.length;) {
      const to = Math.min(chunk.length, from + length - (bytes % length));
      part.update(chunk.subarray(from, to));
      bytes += to - from;
      from = to;
      if (bytes % length === 0) {
        parts.push(part.digest("hex"));
        part = createHash("sha256");
      }
    }
  }
  if (bytes % length > 0) parts.push(part.digest("hex"));
  return {bytes, hash: whole.digest("hex"), partBytes: length, parts};
}

/** The names of the files that a site serves a weights file as. */
export function partNames(file: string): string[] {
  const parts = Array.from({length: Math.ceil(statSync(file).size / partBytes)}, () => "");
  return parts.map((_, part) => partName({parts}, part));
}

/** The bytes of a part, counted from 0, as they lie in the weights file. */
export function readPart(file: string, part: number): NodeJS.ReadableStream {
  return createReadStream(file, {start: part * partBytes, end: (part + 1) * partBytes - 1});
}
