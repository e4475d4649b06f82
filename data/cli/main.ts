/** The command line without its process: words in, an exit status out. */
import {OutputError, type Streams} from "../files/output.js";
import {UsageError} from "./options.js";
import {verbs} from "./verbs.js";

/**
 * Runs a verb. Whatever goes wrong is said in a line on `stderr`, never as a stack trace; with DEBUG set in the
 * environment the trace follows.
 *
 * @returns the exit status: 0 done, 1 the work failed, 2 the words were wrong
 */
export async function main([name, ...args]: readonly string[], streams: Streams): Promise<number> {
  const {stdout, stderr} = streams;
  const known = Object.keys(verbs).join(", ");
  if (name === undefined || name === "help" || name === "--help") {
    stderr.write(`npm run sfp -- VERB [options]; --help after a verb lists its options.\nVerbs: ${known}\n`);
    return name === undefined ? 2 : 0;
  }
  if (!Object.hasOwn(verbs, name)) {
    stderr.write(`There is no verb ${name}; known are ${known}.\n`);
    return 2;
  }
  try {
    const verb = await verbs[name]();
    if (args.includes("--help")) {
      stdout.write(`npm run sfp -- ${verb.help}\n`);
      return 0;
    }
    return await verb.run(args, streams);
  } catch (error) {
    stderr.write(`sfp ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    if (process.env.DEBUG && error instanceof Error) stderr.write(`${error.stack}\n`);
    return wordsWereWrong(error) ? 2 : 1;
  }
}

/** Ranges are checked where they are known; those that JavaScript itself finds broken are not the words' fault. */
function wordsWereWrong(error: unknown): boolean {
  if (error instanceof UsageError || error instanceof OutputError) return true;
  return (
    error instanceof RangeError &&
    !/^(Invalid |Array buffer|Maximum call stack|Offset is|Start offset)/.test(error.message)
  );
}
