// npm start: checks the photos, then serves the site and reloads it on changes. Photos without an analysis get theirs
// meanwhile; one that is looked at before gets it at once. PORT, or -- --port, names a port; else a free one is taken.
import "./ready.js";
import {spawn} from "node:child_process";
import {rmSync} from "node:fs";
import {constants, setPriority} from "node:os";
import {parseArgs} from "node:util";
import {needPort} from "./checkout.js";
import {prepare} from "./prepare.js";
import {runFramework} from "./process.js";

const args = process.env.PORT ? ["--port", process.env.PORT, ...process.argv.slice(2)] : process.argv.slice(2);
// The rest is Framework's: it says itself what it does not know.
const {port, host} = parseArgs({args, strict: false, options: {port: {type: "string"}, host: {type: "string"}}}).values;
if (typeof port === "string")
  await needPort(port, typeof host === "string" ? host : undefined).catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });

await prepare();
// What loaders wrote earlier may be of other photos, and of other models than MODELS names now. What takes long is kept
// in .cache and known by its contents.
rmSync("src/.observablehq/cache/data", {recursive: true, force: true});
const analysis = spawn(process.execPath, ["--import", "tsx", "scripts/compute.ts"], {
  stdio: ["ignore", "pipe", "pipe"]
});
if (analysis.pid) setPriority(analysis.pid, constants.priority.PRIORITY_LOW);
for (const stream of [analysis.stdout, analysis.stderr]) stream.pipe(process.stdout);
console.log("Open the address below in a browser; press Ctrl+C to stop.");
process.exitCode = await runFramework(["preview", "--no-open", ...args]);
analysis.kill();
