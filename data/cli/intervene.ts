/** The option `--intervene`: a model with changes, for every verb that runs one. */
import {existsSync} from "node:fs";
import {join} from "node:path";
import type {ParseArgsConfig} from "node:util";
import {fit} from "../../components/model/image/fit.js";
import {inputOf} from "../../components/model/image/input.js";
import {donorRows, donorsOf} from "../../components/model/interventions/donors.js";
import {parseInterventions, usages, withInterventions} from "../../components/model/interventions/index.js";
import {openEngine, type LoadedModel} from "../engine/index.js";
import {readPicture} from "../files/picture.js";

export const interveneOptions = {
  intervene: {type: "string", multiple: true, default: [] as string[]}
} as const satisfies ParseArgsConfig["options"];

export const interveneHelp = `  --intervene LIST    changes of the network, separated by ";"; may be repeated (docs/methods.md, 6):
${usages.map((line) => `                      ${line}`).join("\n")}`;

/** Refuses lists that no model could run, before weights are read. @throws RangeError */
export function checkIntervene(words: readonly string[]): void {
  parseInterventions(words.join(";"));
}

/**
 * The model with the changes of `--intervene`; itself without any. Another photo is run on the model as it is, as its
 * middle square.
 *
 * @throws RangeError for a number that the model does not have; Error for another photo that cannot be read
 */
export async function intervened(model: LoadedModel, words: readonly string[]): Promise<LoadedModel> {
  const list = parseInterventions(words.join(";"), model.geometry);
  const asked = donorsOf(list);
  if (!asked.size) return withInterventions(model, list);
  const engine = openEngine(model, {device: "cpu"});
  try {
    const donors = await donorRows(engine, asked, async (photo) => {
      const square = fit(await readPicture(await pathOf(photo)), model.geometry.patch);
      return inputOf(square, model.geometry).pixels;
    });
    return withInterventions(model, list, {donors});
  } finally {
    await engine.close();
  }
}

/** A picture's file, or that of a photo of the site by its name. */
async function pathOf(photo: string): Promise<string> {
  if (existsSync(photo)) return photo;
  const {imageFolder, listPhotoFiles} = await import("../site/photos.js");
  const found = listPhotoFiles().find(({id}) => id === photo);
  if (!found) throw new Error(`--intervene: photo ${photo} is neither a file nor a photo of data/images.`);
  return join(imageFolder, found.file);
}
