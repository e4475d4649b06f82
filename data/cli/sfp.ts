/** npm run sfp -- VERB ...: the engine for scripts. */
import {UsageError, type Verb} from "./options.js";

/** A new verb is a file in this folder and a line here. */
const verbs: Record<string, () => Promise<Verb>> = {
  models: () => import("./models.js"),
  features: () => import("./features.js"),
  outliers: () => import("./outliers.js"),
  segment: () => import("./segment.js"),
  analyze: () => import("./analyze.js"),
  evaluate: () => import("./evaluate.js"),
  bench: () => import("./bench.js")
};

/** Returns the exit status: 0 done, 1 the work failed, 2 the words were wrong. */
async function main([name, ...args]: string[]): Promise<number> {
  const {stdout, stderr} = process;
  if (name === undefined || name === "help" || name === "--help") {
    stderr.write(
      `npm run sfp -- VERB [options]; --help after a verb lists its options.\nVerbs: ${Object.keys(verbs).join(", ")}\n`
    );
    return name === undefined ? 2 : 0;
  }
  if (!Object.hasOwn(verbs, name)) {
    stderr.write(`There is no verb ${name}; known are ${Object.keys(verbs).join(", ")}.\n`);
    return 2;
  }
  try {
    const verb = await verbs[name]();
    if (args.includes("--help")) {
      stdout.write(`npm run sfp -- ${verb.help}\n`);
      return 0;
    }
    return await verb.run(args, {stdout, stderr});
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    stderr.write(`sfp ${name}: ${error.message}\n`);
    if (process.env.DEBUG) stderr.write(`${error.stack}\n`);
    return error instanceof UsageError || error instanceof RangeError ? 2 : 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
