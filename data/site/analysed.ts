import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import type {WordSource} from "../../components/site/models.js";
import {findModel} from "../hub/folders.js";

/** A model that the photos are analysed with as the site is built. */
export interface AnalysedModel {
  id: string;
  layers: number;
  /** Where pages find vectors for its words. */
  words: WordSource;
}

interface CatalogModel {
  id: string;
  layers: number;
  /** Where its words come from: a text tower, or a lexicon on its classifier. */
  text: "clip" | "lexicon";
}

/**
 * Models that are analysed wherever they are at hand; the first that is there is the one pages begin with. `mini`
 * imitates vit-ti-16 too closely to be worth a second set of files.
 */
const usual = ["clip-vit-b-16", "vit-ti-16"];

/**
 * The models that the site's pages show: the usual ones that are here, as weights or as committed snapshots, and those
 * that `ANALYSE=mini,clip-vit-l-14` names.
 */
export async function analysedModels(): Promise<AnalysedModel[]> {
  const catalog = JSON.parse(readFileSync(new URL("../models.json", import.meta.url), "utf8")) as CatalogModel[];
  const asked = (process.env.ANALYSE ?? "").split(",").filter(Boolean);
  const unknown = asked.find((id) => !catalog.some((model) => model.id === id));
  if (unknown) throw new Error(`ANALYSE names ${unknown}; known are ${catalog.map(({id}) => id).join(", ")}.`);
  const models: AnalysedModel[] = [];
  for (const id of new Set([...usual, ...asked])) {
    const {layers, text} = catalog.find((model) => model.id === id)!;
    if (await isHere(id)) models.push({id, layers, words: text === "lexicon" ? "lexicon" : await listOrNone(id)});
    else if (asked.includes(id))
      throw new Error(`ANALYSE names ${id}, which is not here: npm run sfp -- models get ${id}`);
  }
  return models;
}

/** A text tower's words are computed with the site, where something cuts them into tokens, or were before. */
async function listOrNone(id: string): Promise<"list" | "none"> {
  const found = await findModel(id).catch(() => undefined);
  const there = found
    ? existsSync(join(found.folder, "tokenizer.json"))
    : existsSync(fileURLToPath(new URL(`../snapshots/${id}/words.arrow`, import.meta.url)));
  return there ? "list" : "none";
}

async function isHere(id: string): Promise<boolean> {
  if (existsSync(fileURLToPath(new URL(`../snapshots/${id}`, import.meta.url)))) return true;
  return findModel(id).then(
    () => true,
    () => false
  );
}
