/** A photo as the pages show it: the square crop that the model sees, small enough to load at once. */
import {createHash} from "node:crypto";
import {existsSync, mkdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {writeWhole} from "../files/output.js";
import {imageFolder, type Photo} from "../site/photos.js";

const side = 448;
const most = 60 * 1024;

const cache = fileURLToPath(new URL("../../.cache/photos", import.meta.url));

/** The photo's crop as WebP, made once for each version of the photo and kept in `.cache/photos`. */
export async function photoPicture({file}: Photo): Promise<Uint8Array> {
  const photo = readFileSync(join(imageFolder, file));
  const key = createHash("sha256").update(`${side} ${most}`).update(photo).digest("hex").slice(0, 32);
  const kept = join(cache, `${key}.webp`);
  if (existsSync(kept)) return readFileSync(kept);
  const webp = await crop(photo);
  mkdirSync(cache, {recursive: true});
  writeWhole(kept, webp);
  return webp;
}

/** The middle square, in the best quality that keeps within the limit. */
async function crop(photo: Uint8Array): Promise<Uint8Array> {
  const {default: sharp} = await import("sharp");
  const square = sharp(photo).rotate().resize(side, side, {fit: "cover", kernel: "cubic"});
  let webp: Uint8Array;
  let quality = 85;
  do webp = await square.clone().webp({quality}).toBuffer();
  while (webp.length > most && (quality -= 10) > 0);
  return webp;
}
