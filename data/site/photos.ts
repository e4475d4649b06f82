import {readdirSync, readFileSync} from "node:fs";
import {dirname, extname, join} from "node:path";
import {fileURLToPath} from "node:url";
import {checkPhotos, photoExtensions} from "./photo-check.js";

/** A point of the square crop, as fractions of its width and height. */
type Point = [x: number, y: number];

/** What `data/images/credits.json` says of one photo. */
interface Credit {
  title: string;
  /** What is seen, for those who do not see it. */
  alt: string;
  credit: string;
  licence: string;
  /** On the subject: where the target token is pinned at first. */
  target?: Point;
  /** Off the subject: where the background token is pinned at first. */
  background?: Point;
}

/** A photo in `data/images`. */
export interface Photo extends Credit {
  /** The file's name without its extension. */
  id: string;
  file: string;
}

/** The folder that photos are read from. */
export const imageFolder = fileURLToPath(new URL("../images", import.meta.url));

/** What is wrong with a file in `data/images`, and what to do about it. */
export interface PhotoProblem {
  file: string;
  /** "left out": it is not shown at all; "note": it is, and could be better. */
  kind: "left out" | "note";
  message: string;
}

/** Below this many pixels on its shorter side a photo is enlarged before the model sees it. */
const least = 224;

/** What decoding found, once for each version of a file: modules that list photos wait for it here. */
const checks = await checkPhotos(imageFolder, join(dirname(imageFolder), "../.cache/photos.json"));

/**
 * Lists the photos in `data/images` by name. A photo that `credits.json` does not mention is listed
 * under its file name, with no credit; one that cannot be decoded is left out.
 */
export function listPhotos(folder: string = imageFolder): Photo[] {
  return readFolder(folder).photos;
}

/** The photo of an id. */
export function photoNamed(id: string): Photo {
  const photo = listPhotos().find((each) => each.id === id);
  if (!photo) throw new Error(`There is no photo "${id}" in data/images.`);
  return photo;
}

/** What is wrong in `data/images`, file by file. */
export function listPhotoProblems(folder: string = imageFolder): PhotoProblem[] {
  return readFolder(folder).problems;
}

/** A name that addresses can carry: "My cat (2).JPG" is "My-cat-2". */
export function photoId(file: string): string {
  const stem = file.slice(0, -extname(file).length);
  const plain = stem
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\w.]+/g, "-")
    .replace(/^[-.]+|-+$/g, "");
  return plain.slice(0, 60) || "photo";
}

function readFolder(folder: string): {photos: Photo[]; problems: PhotoProblem[]} {
  const problems: PhotoProblem[] = [];
  const report = (file: string, kind: PhotoProblem["kind"], message: string) => problems.push({file, kind, message});
  const credits = readCredits(folder, report);
  const taken = new Set<string>();
  const photos: Photo[] = [];
  for (const file of readdirSync(folder).toSorted()) {
    if (/^\.|\.(json|md|txt)$/i.test(file)) continue;
    if (!photoExtensions.has(extname(file).toLowerCase())) {
      report(file, "left out", "Not a format that all browsers show. Save it as JPEG, PNG or WebP.");
      continue;
    }
    const {width, height, failure} = (folder === imageFolder && checks.get(file)) || {};
    if (failure !== undefined) {
      report(file, "left out", `It cannot be decoded (${failure}). Save it again, or fetch it again.`);
      continue;
    }
    let id = photoId(file);
    for (let number = 2; taken.has(id); ++number) id = `${photoId(file)}-${number}`;
    taken.add(id);
    if (width !== undefined && height !== undefined && Math.min(width, height) < least)
      report(
        file,
        "note",
        `${width} × ${height} pixels are fewer than the ${least} that the model reads; it is enlarged.`
      );
    const credit = credits[id];
    if (!credit) report(file, "note", `No entry "${id}" in credits.json says what it shows and whose it is.`);
    photos.push({id, file, ...(credit ?? {title: id, alt: id, credit: "not credited", licence: "unknown"})});
  }
  return {photos, problems};
}

/** Credits by id. A file that cannot be read costs the credits and not the site. */
function readCredits(folder: string, report: (file: string, kind: "note", message: string) => void) {
  const credits: Record<string, Credit> = {};
  try {
    const written = JSON.parse(readFileSync(join(folder, "credits.json"), "utf8")) as Record<string, Partial<Credit>>;
    for (const [id, credit] of Object.entries(written)) {
      const {title = id, alt = title, credit: by = "not credited", licence = "unknown", target, background} = credit;
      credits[id] = {title, alt, credit: by, licence, target, background};
    }
  } catch (error) {
    report("credits.json", "note", `It cannot be read, so nothing is credited: ${(error as Error).message}`);
  }
  return credits;
}
