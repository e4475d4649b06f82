/** Attention that other programs computed, in `data/imports/MODEL/PHOTO`: which models and photos there are. */
import {existsSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";

/** The folder that `npm run sfp -- import` writes to; tests set another one. */
export const importFolder = process.env.SFP_IMPORTS ?? fileURLToPath(new URL("../imports", import.meta.url));

/** How the maps' grid lies on the photo: on its middle square, on all of it, or on all of it squeezed into a square. */
export const importFits = ["square", "whole", "stretch"] as const;
export type ImportFit = (typeof importFits)[number];

/** The version of `import.json`; a reader refuses one that it does not know. */
export const importVersion = 1;

/** What `import.json` says beside a record's archive. */
export interface ImportEntry {
  version: number;
  model: string;
  /** The photo's id: the folder's name. */
  photo: string;
  title: string;
  /** The photo's file in the folder. */
  file: string;
  /** SHA-256 of the photo's file, in hex. */
  photoSha256: string;
  fit: ImportFit;
  layers: number;
  /** The dump that the record was made of, in the folder: a file, or a folder of .npy files. */
  source: string;
  /** The class token's position among the tokens before the patches. */
  classIndex: number;
}

/** Where the files of an import lie. */
export function importPath(model: string, photo: string, file = ""): string {
  return join(importFolder, model, photo, file);
}

/** The archive of an imported record; undefined where the photo was not imported under this model. */
export function importedArchive(model: string, photo: string): string | undefined {
  const archive = importPath(model, photo, "record.zip");
  return existsSync(archive) ? archive : undefined;
}

/**
 * Every import, by model and photo.
 *
 * @throws Error naming an import.json that is damaged or of a version that is not known
 */
export function listImports(): ImportEntry[] {
  return folders(importFolder).flatMap((model) =>
    folders(join(importFolder, model)).flatMap((photo) => {
      const file = importPath(model, photo, "import.json");
      return existsSync(file) ? [readEntry(file)] : [];
    })
  );
}

/**
 * What is known of one import.
 *
 * @throws Error when there is none, or it is damaged
 */
export function importEntry(model: string, photo: string): ImportEntry {
  return readEntry(importPath(model, photo, "import.json"));
}

function folders(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, {withFileTypes: true})
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({name}) => name)
    .toSorted();
}

function readEntry(file: string): ImportEntry {
  let entry: ImportEntry;
  try {
    entry = JSON.parse(readFileSync(file, "utf8")) as ImportEntry;
  } catch (cause) {
    throw new Error(`${file} is damaged; import the photo again.`, {cause});
  }
  if (entry.version !== importVersion)
    throw new Error(
      `${file} is of version ${entry.version}, and this SFP Explorer knows ${importVersion}; import the photo again.`
    );
  return entry;
}
