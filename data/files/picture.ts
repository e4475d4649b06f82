/** Pictures from files: whatever libvips reads, as upright 8-bit RGB. */
import {existsSync} from "node:fs";
import sharp from "sharp";
import {picture, type Picture} from "../../components/model/image/pixels.js";

export interface PictureOptions {
  /**
   * Whether an RGB picture's embedded colour profile is applied: *apply* gives what people see; *ignore* takes the
   * bytes as they are, as OpenCV does, so that evaluations read exactly what the published ones read.
   */
  profile?: "apply" | "ignore";
}

/**
 * Decodes a picture (JPEG, PNG, WebP, AVIF, TIFF, GIF's first frame): turned upright by its EXIF orientation, CMYK and
 * grey as RGB, 16 bits as 8, transparent pixels on white.
 *
 * @throws Error that names the file, when it does not exist or cannot be decoded whole
 */
export async function readPicture(file: string, {profile = "apply"}: PictureOptions = {}): Promise<Picture> {
  if (!existsSync(file)) throw new Error(`${file}: there is no such file.`);
  try {
    const {space} = await sharp(file).metadata();
    // Without its profile a CMYK picture has no meaning in RGB, so there it is always applied.
    const ignoreIcc = profile === "ignore" && space !== "cmyk";
    const {data, info} = await sharp(file, {autoOrient: true, failOn: "error", ignoreIcc})
      .toColourspace("srgb")
      .raw({depth: "uchar"})
      .toBuffer({resolveWithObject: true});
    return picture({width: info.width, height: info.height, data: new Uint8Array(data)});
  } catch (cause) {
    const reason = (cause as Error).message.split("\n")[0];
    throw new Error(`${file} is not a picture that can be read (JPEG, PNG, WebP, AVIF, TIFF): ${reason}`, {cause});
  }
}
