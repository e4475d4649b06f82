/** Pictures from files: whatever libvips reads, as upright 8-bit RGB. */
import {readFile} from "node:fs/promises";
import sharp from "sharp";
import {picture, type Picture} from "../../components/model/image/pixels.js";
import {needFile} from "./missing.js";

export interface PictureOptions {
  /**
   * Whether a picture's embedded colour profile is applied: *apply* gives what people see; *ignore* takes the
   * bytes as they are, as OpenCV does, so that evaluations read exactly what the published ones read.
   */
  profile?: "apply" | "ignore";
}

/**
 * Decodes a picture (JPEG, PNG, WebP, AVIF, TIFF, GIF's first frame): turned upright by its EXIF orientation, CMYK and
 * grey as RGB, 16 bits as 8, transparent pixels on white. A JPEG whose pixels are whole may lack its end marker.
 *
 * CMYK without a profile, or with one that is ignored, becomes RGB by OpenCV's rule, as in browsers to within one level.
 *
 * @throws Error that names the file, when it does not exist or cannot be decoded whole
 */
export async function readPicture(file: string, {profile = "apply"}: PictureOptions = {}): Promise<Picture> {
  needFile(file);
  try {
    const bytes = await readFile(file);
    const cut = isJpeg(bytes) && !hasEnd(bytes);
    const whole = cut ? Buffer.concat([bytes, endMarker]) : bytes;
    const {space, format, hasProfile} = await sharp(whole).metadata();
    const inks = space === "cmyk" && (profile === "ignore" || !hasProfile);
    const image = sharp(whole, {
      autoOrient: true,
      // With an end marker added, a warning is all that tells missing pixels.
      failOn: cut ? "warning" : "error",
      ignoreIcc: profile === "ignore" || inks
    });
    const {data, info} = await (
      inks ? image.pipelineColourspace("cmyk").toColourspace("cmyk") : image.toColourspace("srgb")
    )
      .raw({depth: "uchar"})
      .toBuffer({resolveWithObject: true});
    const {width, height} = info;
    if (!inks) return picture({width, height, data: new Uint8Array(data)});
    // libvips turns the inks of Adobe's JPEGs round; OpenCV and browsers take every JPEG for one of them.
    return {width, height, data: inkColours(data, format === "jpeg" && !isAdobe(bytes))};
  } catch (cause) {
    const reason = (cause as Error).message.split("\n")[0];
    throw new Error(`${file} is not a picture that can be read (JPEG, PNG, WebP, AVIF, TIFF): ${reason}`, {cause});
  }
}

const endMarker = Buffer.from([0xff, 0xd9]);

function isJpeg(bytes: Buffer): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/** Whether a JPEG has its end marker, whatever was written behind it. */
function hasEnd(bytes: Buffer): boolean {
  return bytes.lastIndexOf(endMarker) > bytes.lastIndexOf(startOfScan);
}

const startOfScan = Buffer.from([0xff, 0xda]);

/** Whether a JPEG has Adobe's marker, APP14. */
function isAdobe(bytes: Buffer): boolean {
  const at = bytes.indexOf("Adobe");
  return at >= 4 && bytes[at - 4] === 0xff && bytes[at - 3] === 0xee;
}

/** CMYK as RGB, as OpenCV converts it: k − ((255 − c) · k >> 8), c and k what the inks leave of white. */
function inkColours(inks: Uint8Array, turned: boolean): Uint8Array {
  const pixels = inks.length / 4;
  const out = new Uint8Array(3 * pixels);
  const left = (value: number): number => (turned ? value : 255 - value);
  for (let i = 0; i < pixels; ++i) {
    const black = left(inks[4 * i + 3]);
    for (let channel = 0; channel < 3; ++channel)
      out[3 * i + channel] = black - (((255 - left(inks[4 * i + channel])) * black) >> 8);
  }
  return out;
}
