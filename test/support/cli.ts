/** The command line within the test's own process: fast enough for hundreds of calls. */
import {main} from "../../data/cli/main.js";
import {memory} from "./evaluation-fixtures.js";

/** Calls a verb; what it printed, and its exit status. */
export async function sfp(...args: string[]): Promise<{status: number; out: string; err: string}> {
  const streams = memory();
  const status = await main(args, streams);
  return {status, out: streams.out(), err: streams.err()};
}
