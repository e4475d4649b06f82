/** Work on several files, of which some may be unusable. */
import type {Streams} from "../files/output.js";
import {UsageError} from "./options.js";

/**
 * Does the work for each file. One that fails is named on `stderr` and does not stop the others; wrong words do.
 *
 * @returns what was found, and how many files failed
 */
export async function eachFile<T>(
  files: readonly string[],
  work: (file: string) => Promise<T>,
  {stderr}: Pick<Streams, "stderr">
): Promise<{results: {file: string; result: T}[]; failed: number}> {
  const results: {file: string; result: T}[] = [];
  let failed = 0;
  for (const file of files) {
    try {
      results.push({file, result: await work(file)});
    } catch (error) {
      if (error instanceof UsageError || error instanceof RangeError || !(error instanceof Error)) throw error;
      ++failed;
      stderr.write(`${error.message.startsWith(file) ? "" : `${file}: `}${error.message}\n`);
    }
  }
  if (failed && files.length > 1) stderr.write(`${failed} of ${files.length} files could not be used.\n`);
  return {results, failed};
}
