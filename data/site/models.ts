import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import type {WordSource} from "../../components/site/models.js";
import {findModel, idOf, isRepository} from "../hub/folders.js";
import {tensorShapes} from "../hub/tensors.js";
import {mergesName} from "../hub/weightsFile.js";
import {listImports} from "./imports.js";
import {listPhotoFiles, sitePhotos, type PhotoFile} from "./photos.js";
import {snapshotFile, snapshotOf} from "./snapshots.js";

/** A model that photos are analysed with as the site is built. */
export interface SiteModel {
  id: string;
  /** Where pages find vectors for its words. */
  words: WordSource;
  /** The photos that it has analyses of, or will have. */
  photos: PhotoFile[];
}

interface CatalogModel {
  id: string;
  /** Where its words come from: a text tower, a lexicon on its classifier, or nowhere. */
  text: "clip" | "lexicon" | "none";
}

/** Models that are analysed wherever they are at hand; the first that is there is the one pages begin with. */
const usual = ["clip-vit-b-16", "vit-ti-16"];

/**
 * The model that is always at hand: it analyses the photos that no other can. It imitates vit-ti-16 too closely to be
 * worth a second set of files for the others.
 */
const lastResort = "mini";

/**
 * The models that the site's pages show, each with its photos: the usual ones by their weights or by committed snapshots
 * of these very photos, those that `ANALYSE=mini,clip-vit-l-14` names, and `mini` for photos that would have none.
 *
 * ANALYSE takes OWNER/NAME too, and any name under which a model lies where models are looked for.
 *
 * @throws Error when ANALYSE names a model that is unknown or not here
 */
export async function modelsOfSite(photos: readonly PhotoFile[] = listPhotoFiles()): Promise<SiteModel[]> {
  const catalog = JSON.parse(readFileSync(new URL("../models.json", import.meta.url), "utf8")) as CatalogModel[];
  const asked = (process.env.ANALYSE ?? "")
    .split(",")
    .filter(Boolean)
    .map((word) => (isRepository(word) ? idOf(word) : word));
  for (const id of asked)
    if (/[/\\]/.test(id))
      throw new Error(`ANALYSE names ${id}: a name is needed; put the folder where SFP_MODELS says.`);
    else if (!catalog.some((model) => model.id === id) && !(await hasWeights(id)))
      throw new Error(
        `ANALYSE names ${id}; known are ${catalog.map((model) => model.id).join(", ")}, and models that are here.`
      );
  const models: SiteModel[] = [];
  const add = async (id: string, its: PhotoFile[]) => {
    const text = catalog.find((model) => model.id === id)?.text ?? (await textOf(id));
    models.push({id, words: text === "lexicon" ? "lexicon" : await listOrNone(id), photos: its});
  };
  for (const id of new Set([...usual, ...asked])) {
    const its = (await hasWeights(id)) ? [...photos] : photos.filter(({hash}) => snapshotOf(id, hash));
    if (its.length) await add(id, its);
    else if (asked.includes(id))
      throw new Error(`ANALYSE names ${id}, which is not here: npm run sfp -- models get ${id}`);
  }
  const rest = photos.filter(({id}) => !models.some((model) => model.photos.some((photo) => photo.id === id)));
  if (rest.length && (await hasWeights(lastResort))) await add(lastResort, rest);
  return withImports(models);
}

/** Adds the imports: photos to models that are here, and models of their own, which answer no words. */
function withImports(models: readonly SiteModel[]): SiteModel[] {
  const all = new Map(models.map((model) => [model.id, model]));
  const known = sitePhotos();
  for (const {model: id, photo} of listImports()) {
    const model = all.get(id) ?? {id, words: "imported", photos: []};
    const its = known.find((each) => each.id === photo);
    if (its && !model.photos.some((each) => each.id === photo)) all.set(id, {...model, photos: [...model.photos, its]});
  }
  return [...all.values()];
}

/** How a model that is in no table answers words, by its tensors. ImageNet-1k's classes alone have a lexicon. */
async function textOf(id: string): Promise<CatalogModel["text"]> {
  const {folder, weights} = await findModel(id);
  const shapes = tensorShapes(folder, weights);
  const find = (pattern: RegExp) => [...shapes].find(([name]) => pattern.test(name))?.[1];
  if (find(/(^|\.)token_embedding\.weight$/)) return "clip";
  return find(/^(head|classifier)\.weight$/)?.[0] === 1000 ? "lexicon" : "none";
}

/** A text tower's words are computed with the site, where something cuts them into tokens, or were before. */
async function listOrNone(id: string): Promise<"list" | "none"> {
  const found = await findModel(id).catch(() => undefined);
  const there = found
    ? ["tokenizer.json", mergesName].some((name) => existsSync(join(found.folder, name)))
    : existsSync(snapshotFile(id, "words.arrow"));
  return there ? "list" : "none";
}

/** Whether a model's weights are here. */
export function hasWeights(id: string): Promise<boolean> {
  return findModel(id).then(
    () => true,
    () => false
  );
}
