/** Pictures and arrays as the network's input. */
import {extname} from "node:path";
import {fit} from "../../components/model/image/fit.js";
import {normalise, segmentationPixels, segmentationSize} from "../../components/model/image/normalise.js";
import {MemoryError, type PlannedRun} from "../../components/model/memory.js";
import type {Engine, Pixels} from "../../components/model/runtime.js";
import {readNumbers} from "../files/npy.js";
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

/** How a picture becomes pixels: the words of `inputOptions`. */
export interface SizeWords {
  size?: string;
  square?: string;
}

/** What pictures are read for. */
export interface Reader {
  /** Its geometry, and whether it has memory for a picture of a size. */
  engine: Pick<Engine, "model" | "needMemory">;
  stderr: NodeJS.WritableStream;
}

/**
 * One file as pixels. A picture goes through the segmentation pipeline (docs/measuring.md): OpenCV's
 * linear resampling, then the model's mean and standard deviation.
 *
 * @throws Error that names the file; MemoryError before a picture is resized to a size that does not fit
 */
export async function readPixels(file: string, size: SizeWords, {engine, stderr}: Reader): Promise<Pixels> {
  const {geometry} = engine.model;
  if (extname(file).toLowerCase() === ".npy") return arrayPixels(file, size, geometry.patch);
  const asked = askedSize(size, geometry.patch);
  const picture = await readPicture(file);
  const [width, height] = resized(picture, asked);
  needPatch(file, picture, [width, height], asked, geometry.patch);
  needRoom(engine, [1, 3, height, width], asked);
  tellChange(stderr, file, picture, [width, height], asked);
  const planes =
    asked.option === "square"
      ? normalise(fit(picture, geometry.patch, {shape: "square", size: asked.px}), geometry, "bytes")
      : segmentationPixels(picture, geometry, asked.px);
  return {dims: [1, 3, planes.height, planes.width], data: planes.data};
}

/** A size as it was asked for: the side of the middle square, or the short side of the whole picture. */
export interface AskedSize {
  option: "square" | "size";
  px: number;
}

/** The size that the words ask for. @throws UsageError for both at once, or less than a patch */
export function askedSize({size, square}: SizeWords, patch: number): AskedSize {
  if (size !== undefined && square !== undefined) throw new UsageError("--size and --square exclude each other.");
  return size === undefined
    ? {option: "square", px: wholeNumber("square", square ?? "224", patch)}
    : {option: "size", px: wholeNumber("size", size, patch)};
}

/** [width, height] that a picture will have. */
export function resized(picture: {width: number; height: number}, {option, px}: AskedSize): [number, number] {
  return option === "square" ? [px, px] : segmentationSize(picture, px);
}

/** @throws Error in the picture's own numbers, when less than a patch would be left of a side */
export function needPatch(
  file: string,
  {width, height}: {width: number; height: number},
  [wide, tall]: readonly [number, number],
  {option, px}: AskedSize,
  patch: number
): void {
  if (Math.min(wide, tall) >= patch) return;
  throw new Error(
    `${file} is ${width} × ${height} px; with --${option} ${px} it becomes ${wide} × ${tall}, and the model's patch is ${patch} px. Give --square to take its middle, or cut it.`
  );
}

/** @throws MemoryError with the option's value that fits */
export function needRoom(
  engine: Pick<Engine, "needMemory">,
  dims: PlannedRun["dims"],
  {option}: {option: string},
  besides = 0
): void {
  try {
    engine.needMemory({dims, besides});
  } catch (error) {
    if (!(error instanceof MemoryError && error.fits)) throw error;
    const {width, height} = error.fits;
    throw new MemoryError(`${error.message} Give --${option} ${Math.min(width, height)} or less.`, error.fits);
  }
}

/** Says when the short side is not what was asked for: the longer side must not pass 2048 px, or the size itself. */
export function tellChange(
  stderr: NodeJS.WritableStream,
  file: string,
  picture: {width: number; height: number},
  [width, height]: readonly [number, number],
  {px}: AskedSize
): void {
  const short = Math.min(width, height);
  if (short === px) return;
  stderr.write(
    `${file} (${picture.width} × ${picture.height} px) is read at ${width} × ${height} and not with a short side of ${px} px: its sides may be at most ${Math.max(2048, px)} and ${Math.min(2048, px)} px.\n`
  );
}

async function arrayPixels(file: string, size: SizeWords, patch: number): Promise<Pixels> {
  if (size.size !== undefined || size.square !== undefined)
    throw new UsageError(`--size and --square are for pictures; ${file} is taken as it is.`);
  const {shape, data} = await readNumbers(file);
  const dims = shape.length === 3 ? [1, ...shape] : shape;
  if (dims.length !== 4 || dims[1] !== 3)
    throw new Error(`${file} has shape (${shape.join(", ")}); (3, H, W) or (B, 3, H, W) is needed.`);
  if (Math.min(dims[2], dims[3]) < patch)
    throw new Error(`${file} holds ${dims[3]} × ${dims[2]} px; that is less than one patch of ${patch} px.`);
  return {dims: dims as [number, number, number, number], data};
}

/** The files named with --image: at least one. */
export function imageFiles(files: readonly string[]): readonly string[] {
  if (!files.length || files.includes("")) throw new UsageError("--image FILE is needed.");
  return files;
}
