/** A photo as the pages show it: the square crop that the model sees, small enough to load at once. */
import {createHash} from "node:crypto";
import {existsSync, mkdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {writeWhole} from "../files/output.js";
import {readPicture} from "../files/picture.js";
import type {ImportFit} from "../site/imports.js";
import {imageFolder, type PhotoFile} from "../site/photos.js";

const side = 448;
const most = 60 * 1024;

const cache = fileURLToPath(new URL("../../.cache/photos", import.meta.url));

/** The photo's crop as WebP, made once for each version of the photo and kept in `.cache/photos`. */
export async function photoPicture({file, fit = "square"}: PhotoFile): Promise<Uint8Array> {
  const photo = readFileSync(join(imageFolder, file));
  const key = createHash("sha256").update(`2 ${side} ${most} ${fit}`).update(photo).digest("hex").slice(0, 32);
  const kept = join(cache, `${key}.webp`);
  if (existsSync(kept)) return readFileSync(kept);
  const webp = await shrunken(join(imageFolder, file), fit);
  mkdirSync(cache, {recursive: true});
  writeWhole(kept, webp);
  return webp;
}

/** All of a photo, upright, for browsers that cannot decode its file as the loaders do: a lossless PNG. */
export async function wholePicture({file}: PhotoFile): Promise<Uint8Array> {
  const {default: sharp} = await import("sharp");
  const {width, height, data} = await readPicture(join(imageFolder, file));
  return sharp(data, {raw: {width, height, channels: 3}})
    .png()
    .toBuffer();
}

/** How a fit is called by what resamples. */
const resizing = {square: "cover", whole: "inside", stretch: "fill"} as const;

/** What a fit shows of the photo, in the best quality that keeps within the limit. */
async function shrunken(file: string, fit: ImportFit): Promise<Uint8Array> {
  const {default: sharp} = await import("sharp");
  // The pixels that the model is given, whatever profile or inks the file has.
  const {width, height, data} = await readPicture(file);
  const square = sharp(data, {raw: {width, height, channels: 3}}).resize(side, side, {
    fit: resizing[fit],
    kernel: "cubic"
  });
  let webp: Uint8Array;
  let quality = 85;
  do webp = await square.clone().webp({quality}).toBuffer();
  while (webp.length > most && (quality -= 10) > 0);
  return webp;
}
