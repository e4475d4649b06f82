/** Which files of a folder of photos can be shown, and what is wrong with the others. */
import {mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from "node:fs";
import {dirname, extname, join} from "node:path";

/** What decoding a file found: its size, or why it cannot be decoded. */
export interface PhotoCheck {
  width?: number;
  height?: number;
  failure?: string;
}

/** Pictures that browsers and the loaders read alike. */
export const photoExtensions = new Set([".jpg", ".jpeg", ".png", ".webp"]);

/**
 * Decodes every photo of a folder once; what was found is kept in `cache` until a file changes. A
 * header alone would not tell a photo that was cut off on its way.
 */
export async function checkPhotos(folder: string, cache: string): Promise<Map<string, PhotoCheck>> {
  const known = readCache(cache);
  const found: Record<string, PhotoCheck & {stamp: string}> = {};
  let fresh = false;
  for (const file of readdirSync(folder).filter((name) => photoExtensions.has(extname(name).toLowerCase()))) {
    const path = join(folder, file);
    const {size, mtimeMs} = statSync(path);
    const stamp = `${size} ${mtimeMs}`;
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

async function check(path: string): Promise<PhotoCheck> {
  // Loaders import this module each time, and mostly find everything known.
  const {default: sharp} = await import("sharp");
  try {
    const {info} = await sharp(path, {autoOrient: true, failOn: "error"}).raw().toBuffer({resolveWithObject: true});
    return {width: info.width, height: info.height};
  } catch (error) {
    return {failure: (error as Error).message.split("\n")[0].replaceAll(path, "the file")};
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
