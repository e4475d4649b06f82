/** Which files of a folder of photos can be shown, and what is wrong with the others. */
import {createHash} from "node:crypto";
import {mkdirSync, readFileSync, statSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {listFolder} from "../files/listing.js";

/** What decoding a file found. */
export interface PhotoCheck {
  /** SHA-256 of the file, in hex: what analyses and credits belong to. */
  hash?: string;
  width?: number;
  height?: number;
  /** Whether every browser reads the same pixels from the file itself. */
  web?: boolean;
  /** Why it cannot be decoded; absent when it can. */
  failure?: string;
}

/** What the files of a folder are, by name. */
export type PhotoChecks = ReadonlyMap<string, PhotoCheck>;

/** Endings that pictures have, for whoever looks for one by its name; what a file is, its bytes say. */
export const photoExtensions = new Set([".jpg", ".jpeg", ".jfif", ".png", ".webp", ".avif", ".gif", ".tif", ".tiff"]);

/** Formats that browsers decode as the loaders do, unless they hold CMYK. */
const webFormats = new Set(["jpeg", "png", "webp", "gif", "heif"]);

/** Whether a file beside the photos is there for another reason: credits, words, notes. */
function isNoPhoto(name: string): boolean {
  return /\.(json|md|txt)$/i.test(name);
}

/**
 * Decodes every photo of a folder once; what was found is kept in `cache` until a file changes. A header alone would
 * not tell a photo that was cut off on its way, and an ending says only what somebody called it.
 */
export async function checkPhotos(folder: string, cache: string): Promise<Map<string, PhotoCheck>> {
  const known = readCache(cache);
  const found: Record<string, PhotoCheck & {stamp: string}> = {};
  let fresh = false;
  const {files, broken} = listFolder(folder);
  for (const {path, reason} of broken) found[join(folder, path)] = {stamp: "broken", failure: reason};
  for (const name of files.filter((each) => !isNoPhoto(each))) {
    const path = join(folder, name);
    const stamp = stampOf(path);
    if (known[path]?.stamp === stamp) found[path] = known[path];
    else {
      fresh = true;
      found[path] = {stamp, ...(await check(path))};
    }
  }
  if (fresh) writeCache(cache, found);
  return new Map(
    Object.entries(found).map(([path, {stamp: _stamp, ...result}]) => [path.slice(folder.length + 1), result])
  );
}

/** What changes with a file. */
function stampOf(path: string): string {
  const {size, mtimeMs} = statSync(path);
  return `2 ${size} ${mtimeMs}`;
}

async function check(path: string): Promise<PhotoCheck> {
  // Loaders import this module each time, and mostly find everything known.
  const {default: sharp} = await import("sharp");
  try {
    const file = readFileSync(path);
    const hash = createHash("sha256").update(file).digest("hex");
    const {format, space} = await sharp(file).metadata();
    const {readPicture} = await import("../files/picture.js");
    const {width, height} = await readPicture(path);
    return {hash, width, height, web: webFormats.has(format) && space !== "cmyk"};
  } catch (error) {
    const {message, cause = {message}} = error as Error & {cause?: Error};
    const [reason] = (cause as Error).message.split("\n");
    return {failure: reason.replaceAll(path, "the file").replace(/\.$/, "")};
  }
}

function readCache(cache: string): Record<string, PhotoCheck & {stamp: string}> {
  try {
    return JSON.parse(readFileSync(cache, "utf8")) as Record<string, PhotoCheck & {stamp: string}>;
  } catch {
    return {};
  }
}

/** Loaders run beside each other; a cache that could not be written is made again. */
function writeCache(cache: string, found: Record<string, PhotoCheck & {stamp: string}>): void {
  try {
    mkdirSync(dirname(cache), {recursive: true});
    writeFileSync(cache, JSON.stringify(found));
  } catch {
    // A folder that is read-only costs time, and nothing else.
  }
}
