/** Pictures and arrays as the network's input. */
import {extname} from "node:path";
import type {Geometry} from "../../components/model/geometry.js";
import {fit} from "../../components/model/image/fit.js";
import {normalise, segmentationPixels} from "../../components/model/image/normalise.js";
import type {Pixels} from "../../components/model/runtime.js";
import {readNpy} from "../files/npy.js";
import {UsageError, wholeNumber} from "./options.js";
import {readPicture} from "../files/picture.js";

export const inputOptions = {
  image: {type: "string", multiple: true, default: [] as string[]},
  size: {type: "string"},
  square: {type: "string"}
} as const;

export const inputHelp = `  --image FILE        a picture (JPEG, PNG, WebP), or a float32 .npy of shape (3, H, W) or (B, 3, H, W),
                      already normalised; may be repeated where a verb takes several
  --square S          the middle square of a picture at S px (default 224)
  --size S            or the whole picture, its short side at S px`;

/**
 * One file as pixels. A picture goes through the segmentation pipeline (docs/measuring.md): OpenCV's
 * linear resampling, then the model's mean and standard deviation.
 */
export async function readPixels(
  file: string,
  geometry: Geometry,
  size: {size?: string; square?: string}
): Promise<Pixels> {
  if (extname(file).toLowerCase() === ".npy") return arrayPixels(file);
  if (size.size !== undefined && size.square !== undefined)
    throw new UsageError("--size and --square exclude each other.");
  const picture = await readPicture(file);
  const planes =
    size.size === undefined
      ? normalise(
          fit(picture, geometry.patch, {
            shape: "square",
            size: wholeNumber("square", size.square ?? "224", geometry.patch)
          }),
          geometry,
          "bytes"
        )
      : segmentationPixels(picture, geometry, wholeNumber("size", size.size, geometry.patch));
  return {dims: [1, 3, planes.height, planes.width], data: planes.data};
}

async function arrayPixels(file: string): Promise<Pixels> {
  const {shape, data} = await readNpy(file);
  const dims = shape.length === 3 ? [1, ...shape] : shape;
  if (dims.length !== 4 || dims[1] !== 3)
    throw new Error(`${file} has shape (${shape.join(", ")}); (3, H, W) or (B, 3, H, W) is needed.`);
  return {dims: dims as [number, number, number, number], data: Float32Array.from(data)};
}

/** The files named with --image: at least one. */
export function imageFiles(files: readonly string[]): readonly string[] {
  if (!files.length) throw new UsageError("--image FILE is needed.");
  return files;
}
