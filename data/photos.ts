import {readdirSync, readFileSync} from "node:fs";
import {dirname, extname, join} from "node:path";
import {fileURLToPath} from "node:url";

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
export const imageFolder = join(dirname(fileURLToPath(import.meta.url)), "images");

const extensions = new Set([".jpg", ".jpeg", ".png", ".webp"]);

/**
 * Lists the photos in `data/images` by name. A photo that `credits.json` does not mention is listed
 * under its file name, with no credit.
 */
export function listPhotos(folder: string = imageFolder): Photo[] {
  const credits = JSON.parse(readFileSync(join(folder, "credits.json"), "utf8")) as Record<string, Credit>;
  return readdirSync(folder)
    .filter((file) => extensions.has(extname(file).toLowerCase()))
    .toSorted()
    .map((file) => {
      const id = file.slice(0, -extname(file).length);
      return {id, file, ...(credits[id] ?? {title: id, alt: id, credit: "not credited", licence: "unknown"})};
    });
}
