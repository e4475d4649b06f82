// npm start: prepares what is missing, then serves the site and reloads it on changes.
import {rmSync} from "node:fs";
import {prepare} from "./prepare.js";
import {runFramework} from "./process.js";

await prepare();
// MODELS may name others than last time; Framework would serve what it has.
rmSync("src/.observablehq/cache/data/models", {recursive: true, force: true});
const port = process.env.PORT ? ["--port", process.env.PORT] : [];
console.log("Open the address below in a browser; press Ctrl+C to stop.");
process.exitCode = await runFramework(["preview", "--no-open", ...port, ...process.argv.slice(2)]);
