/** The reader's pictures: files of any kind that the browser decodes, as RGB bytes. */
import {picture as rgb, type Picture} from "../../model/image/pixels.js";
import type {Shown} from "../protocol.js";
import {isTurned, takeOrientation, uprightTransform, type Orientation} from "./orientation.js";

/** A decoded picture. */
export interface Decoded {
  picture: Picture;
  /** What was done to it that the reader should know. */
  note?: string;
}

/** Larger pictures are reduced as they are decoded: more pixels than this are never looked at. */
const mostPixels = 16e6;

/** Canvases of some browsers end here. */
const longestSide = 8192;

/**
 * Decodes a picture upright (EXIF), in sRGB, transparency on white: the pixels that the command line reads.
 *
 * @throws Error in words for the reader: what kind of file it is, and what to do
 */
export async function decodePicture(file: Blob): Promise<Decoded> {
  if (file.size === 0) throw new Error("This file is empty.");
  const kind = kindOf(new Uint8Array(await file.slice(0, 64).arrayBuffer()));
  let bitmap: ImageBitmap;
  let orientation: Orientation = 1;
  try {
    if (kind === "jpeg") bitmap = await openJpeg(file);
    else if (kind === "webp" || kind === "png") {
      // Browsers differ in whether they turn these; so it is done here.
      const held = takeOrientation(new Uint8Array(await file.arrayBuffer()));
      ({orientation} = held);
      bitmap = await openUpright(new Blob(held.bare));
    } else bitmap = await openUpright(file);
  } catch (cause) {
    throw new Error(advice(kind), {cause});
  }
  try {
    return readBitmap(bitmap, orientation);
  } finally {
    bitmap.close();
  }
}

/** RGB as pixels for a canvas. */
export function opaque({width, height, data}: Picture): Shown {
  const rgba = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let i = 0, from = 0; i < rgba.length; i += 4, from += 3) {
    rgba[i] = data[from];
    rgba[i + 1] = data[from + 1];
    rgba[i + 2] = data[from + 2];
  }
  return {width, height, rgba};
}

function openUpright(file: Blob): Promise<ImageBitmap> {
  return createImageBitmap(file, {imageOrientation: "from-image", premultiplyAlpha: "none"});
}

/** A JPEG that lacks nothing but its end marker is whole; browsers refuse it, other programs do not. */
async function openJpeg(file: Blob): Promise<ImageBitmap> {
  try {
    return await openUpright(file);
  } catch (error) {
    const mended = await openUpright(new Blob([file, endMarker]));
    // What follows a whole scan is passed over; where pixels are missing it would be taken for them.
    const padded = await openUpright(new Blob([file, padding(), endMarker]));
    try {
      if (samePixels(mended, padded)) return mended;
    } finally {
      padded.close();
    }
    mended.close();
    throw error;
  }
}

const endMarker = Uint8Array.of(0xff, 0xd9);

/** Bytes that decode to something other than the grey that decoders put where pixels are missing. */
function padding(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({length: 65_536}, (_, i) => (i * 101 + (i >> 8) * 37) % 251);
}

function samePixels(a: ImageBitmap, b: ImageBitmap): boolean {
  const [first, second] = [a, b].map(({width, height}, i) => {
    const context = new OffscreenCanvas(width, height).getContext("2d", {willReadFrequently: true})!;
    context.drawImage(i === 0 ? a : b, 0, 0);
    return new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  });
  return first.length === second.length && first.every((pixel, i) => pixel === second[i]);
}

function readBitmap(bitmap: ImageBitmap, orientation: Orientation): Decoded {
  const [width, height] = isTurned(orientation) ? [bitmap.height, bitmap.width] : [bitmap.width, bitmap.height];
  const factor = Math.min(1, Math.sqrt(mostPixels / (width * height)), longestSide / Math.max(width, height));
  const [columns, rows] = [width, height].map((side) => Math.max(1, Math.round(side * factor)));
  const canvas = new OffscreenCanvas(columns, rows);
  const context = canvas.getContext("2d", {willReadFrequently: true});
  if (!context) throw new Error(`There is not enough memory for a picture of ${width} × ${height} pixels.`);
  context.imageSmoothingEnabled = factor < 1;
  context.imageSmoothingQuality = "high";
  const [across, down] = isTurned(orientation) ? [rows, columns] : [columns, rows];
  context.setTransform(uprightTransform(orientation, across, down));
  context.drawImage(bitmap, 0, 0, across, down);
  let data: Uint8ClampedArray;
  try {
    ({data} = context.getImageData(0, 0, columns, rows));
  } catch (cause) {
    throw new Error(`There is not enough memory for a picture of ${width} × ${height} pixels.`, {cause});
  }
  const picture = rgb({width: columns, height: rows, data});
  return factor < 1
    ? {picture, note: `The picture has ${width} × ${height} pixels; it was reduced to ${columns} × ${rows}.`}
    : {picture};
}

type Kind = "jpeg" | "png" | "webp" | "gif" | "avif" | "heic" | "tiff" | "svg" | "pdf" | "photoshop" | "unknown";

/** What the first bytes say; a file's name says what somebody called it. */
export function kindOf(bytes: Uint8Array): Kind {
  const text = String.fromCharCode(...bytes);
  if (text.startsWith("\xff\xd8\xff")) return "jpeg";
  if (text.startsWith("\x89PNG")) return "png";
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "webp";
  if (text.startsWith("GIF8")) return "gif";
  if (text.slice(4, 8) === "ftyp") {
    if (/avi[fs]/.test(text)) return "avif";
    if (/hei[cxms]|hev[cx]|mif1|msf1/.test(text)) return "heic";
  }
  if (text.startsWith("II*\0") || text.startsWith("MM\0*")) return "tiff";
  if (text.startsWith("%PDF")) return "pdf";
  if (text.startsWith("8BPS")) return "photoshop";
  if (/^\s*<(\?xml|svg|!DOCTYPE svg)/i.test(text)) return "svg";
  return "unknown";
}

const names: Record<Kind, string> = {
  jpeg: "JPEG",
  png: "PNG",
  webp: "WebP",
  gif: "GIF",
  avif: "AVIF",
  heic: "HEIC",
  tiff: "TIFF",
  svg: "SVG",
  pdf: "PDF",
  photoshop: "Photoshop",
  unknown: ""
};

function advice(kind: Kind): string {
  switch (kind) {
    case "jpeg":
    case "png":
    case "webp":
    case "gif":
    case "avif":
      return `This ${names[kind]} is damaged, or too large to decode. Open it in another program and save it again.`;
    case "unknown":
      return "This is not a picture that the browser can read. JPEG, PNG, WebP, GIF and, in most browsers, AVIF work.";
    default:
      return `This browser does not decode ${names[kind]} pictures here. Save it as JPEG or PNG and open that.`;
  }
}
