/** Puts an imported record where the site finds it: whole or not at all. */
import {createHash} from "node:crypto";
import {constants, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from "node:fs";
import {basename, extname, join} from "node:path";
import {
  importFolder,
  importPath,
  importVersion,
  listImports,
  type ImportFit,
  type ImportEntry
} from "../site/imports.js";
import {listPhotoFiles, photoId} from "../site/photos.js";
import {pack, type RecordFiles} from "./archive.js";

/** A photo that is to be imported under a model. */
export interface ImportSubject {
  model: string;
  photo: string;
  fit: ImportFit;
  title?: string;
  /** The dump: a file, or a folder of .npy files. */
  source: string;
  classIndex: number;
}

/**
 * The id of an imported photo: its file's name, and where another picture of the site has that name, part of its hash.
 * A photo of the site keeps its id, so that models can be compared on it.
 */
export function importId(photo: string, fit: ImportFit): string {
  const id = photoId(basename(photo));
  const sha256 = hashOf(photo);
  const own = listPhotoFiles().find((each) => each.id === id);
  const others = listImports().filter((each) => each.photo === id);
  const same =
    (!own || (fit === "square" && own.hash === sha256)) &&
    others.every((each) => each.photoSha256 === sha256 && each.fit === fit);
  return same ? id : `${id}-${fit === "square" ? "" : `${fit}-`}${sha256.slice(0, 6)}`;
}

/** Writes the record, its photo and what is known of both; an earlier import of the same photo is replaced. */
export function keepImport(
  {model, photo, fit, title, source, classIndex}: ImportSubject,
  id: string,
  layers: number,
  files: RecordFiles
): string {
  const file = `photo${extname(photo).toLowerCase()}`;
  const entry: ImportEntry = {
    version: importVersion,
    model,
    photo: id,
    title: title ?? basename(photo, extname(photo)),
    file,
    photoSha256: hashOf(photo),
    fit,
    layers,
    source: `source${extname(source)}`,
    classIndex
  };
  const folder = importPath(model, id);
  const part = join(importFolder, model, `.${id}.part-${process.pid}`);
  try {
    mkdirSync(part, {recursive: true});
    writeFileSync(join(part, "record.zip"), pack(files));
    writeFileSync(join(part, file), readFileSync(photo));
    // Exports are of full precision, and the pages' files are not. A copy shares its blocks where the disk can do that.
    cpSync(source, join(part, entry.source), {recursive: true, mode: constants.COPYFILE_FICLONE});
    writeFileSync(join(part, "import.json"), `${JSON.stringify(entry, null, 2)}\n`);
    if (existsSync(folder)) rmSync(folder, {recursive: true});
    renameSync(part, folder);
  } catch (error) {
    rmSync(part, {recursive: true, force: true});
    throw new Error(`${folder} cannot be written: ${(error as Error).message}`, {cause: error});
  }
  return folder;
}

function hashOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
