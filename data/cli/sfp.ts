/** npm run sfp -- VERB ...: the engine for scripts. */
import {main} from "./main.js";

// npm runs scripts in the project's folder; paths are meant from where the command was called.
const {INIT_CWD, npm_lifecycle_event: script} = process.env;
if (script === "sfp" && INIT_CWD) process.chdir(INIT_CWD);

// A reader that has seen enough, such as `head`, is no failure.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
process.on("uncaughtException", (error) => {
  process.stderr.write(`sfp: ${error.message}\n${process.env.DEBUG ? `${error.stack}\n` : ""}`);
  process.exit(1);
});

process.exitCode = await main(process.argv.slice(2), process);
