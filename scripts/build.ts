// npm run build: writes the site to dist/. BASE=/name/ builds it for a path of a host, and
// SITE=https://host/name/ lets its pages say where they are: docs/sharing.md.
// npm run build -- --with-model ID[:float16|int8] adds a model that this machine has to the Live page; repeatable.
import {rmSync} from "node:fs";
import {parseArgs} from "node:util";
import {findModel} from "../data/hub/index.js";
import {isShrunkenType, shrinkModel} from "../data/hub/shrink.js";
import {runFramework} from "./process.js";
import {finishSite} from "./site/finish.js";
import {compressRecords} from "./site/records.js";

/** The id of a model to ship, its smaller copy made where one is asked for. */
async function withModel(word: string): Promise<string> {
  const at = word.lastIndexOf(":");
  const type = word.slice(at + 1);
  if (at < 0 || !isShrunkenType(type)) return (await findModel(word)).id;
  return (await shrinkModel(word.slice(0, at), type)).id;
}

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {"with-model": {type: "string", multiple: true, default: []}}
});
const models = (process.env.MODELS ?? "").split(",").filter(Boolean);
for (const word of values["with-model"]) models.push(await withModel(word));
if (models.length) process.env.MODELS = models.join(",");

// Framework reuses whatever its loaders wrote earlier, even after a loader is edited.
// A release is built from what the loaders write now; KEEP=1 skips that while developing.
if (!process.env.KEEP) rmSync("src/.observablehq/cache/data", {recursive: true, force: true});
rmSync("dist", {recursive: true, force: true});

process.exitCode = await runFramework(["build", ...positionals]);
if (process.exitCode === 0) {
  compressRecords("dist");
  finishSite("dist", process.env.SITE?.replace(/\/?$/, "/"));
}
