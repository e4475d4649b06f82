// npm run build: writes the site to dist/. BASE=/name/ builds it for a path of a host, and
// SITE=https://host/name/ lets its pages say where they are: docs/sharing.md.
// npm run build -- --with-model ID|OWNER/NAME|FOLDER[:float16|int8] adds a model that this machine has to the Live page;
// repeatable.
// --with-model ID@hub leaves the weights on the hub that the model was fetched from.
import "./ready.js";
import {rmSync} from "node:fs";
import {parseArgs} from "node:util";
import {modelsOfSite} from "../data/site/models.js";
import {findModel} from "../data/hub/index.js";
import {isShrunkenType, shrinkModel} from "../data/hub/shrink.js";
import {findShipped, modelHosts, shippedModels} from "../data/site/shipped.js";
import {runProgram, runFramework} from "./process.js";
import {bundleSite} from "./site/bundle.js";
import {finishSite} from "./site/finish.js";
import {placeFonts} from "./site/fonts.js";
import {placePhotos} from "./site/photos.js";

/** A word of MODELS for a model to offer, its smaller copy made where one is asked for. */
async function withModel(word: string): Promise<string> {
  if (word.endsWith("@hub")) return word;
  const at = word.lastIndexOf(":");
  const type = word.slice(at + 1);
  if (at >= 0 && isShrunkenType(type)) return (await shrinkModel(word.slice(0, at), type)).id;
  const {source, folder, id} = await findModel(word);
  if (source !== "path") return id;
  if (folder.includes(",")) throw new Error(`${folder}: rename the folder; commas part the models of a site.`);
  return folder;
}

/**
 * Makes MODELS of everything that is asked for.
 *
 * @returns the hosts beside the site that its models are fetched from
 * @throws Error naming a model that is not here, before anything is written
 */
async function chooseModels(words: readonly string[]): Promise<string[]> {
  const models = (process.env.MODELS ?? "").split(",").filter(Boolean);
  for (const word of words) models.push(await withModel(word));
  if (models.length) process.env.MODELS = models.join(",");
  for (const model of shippedModels()) await findShipped(model);
  return modelHosts();
}

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {"with-model": {type: "string", multiple: true, default: []}}
});
const hosts = await chooseModels(values["with-model"]).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});

// Framework reuses whatever its loaders wrote earlier, even after a loader is edited.
// A release is built from what the loaders write now; KEEP=1 skips that while developing.
// Which models there are is asked for by the environment, which Framework does not look at.
const loaded = "src/.observablehq/cache/data";
rmSync(process.env.KEEP ? `${loaded}/models` : loaded, {recursive: true, force: true});
rmSync("dist", {recursive: true, force: true});

process.exitCode = await runProgram(process.execPath, ["--import", "tsx", "scripts/compute.ts"]);
if (process.exitCode === 0) process.exitCode = await runFramework(["build", ...positionals]);
if (process.exitCode === 0) {
  placeFonts("dist");
  await bundleSite("dist");
  const missing = await placePhotos("dist", await modelsOfSite());
  finishSite("dist", {site: process.env.SITE?.replace(/\/?$/, "/"), hosts});
  if (missing.length) console.error(`The site has no analysis of ${missing.join(", ")}; the reasons stand above.`);
}
