/** Attention that another program computed, opened in the page with its photo: nothing of it leaves the machine. */
import type {Dump} from "../../exchange/dump.js";
import type {TokenLayout} from "../../exchange/layout.js";
import type {ReadDump} from "../../exchange/record.js";
import {guardedSource} from "../../records/absent.js";
import type {RecordSource} from "../../records/record.js";
import {Cache} from "../../site/cache.js";
import {ownPicture} from "../../site/guest.js";
import type {Shown} from "../protocol.js";

/** Ends of names that arrays have, and models' files do not. */
const arrayName = /\.(npz|npy|arrow|feather)$/i;

/** Tensors of a safetensors file are attention where one of them is called so. */
const attentionName = /"attention([._]?\d+)?"\s*:/;

/** A dump that was opened. */
export interface OpenedDump {
  source: RecordSource;
  /** What of the photo the grid lies on, and all of it. */
  square: Shown;
  whole: Shown;
  /** Arrays that mean nothing here. */
  unread: readonly string[];
}

/** Whether a file is one of arrays, by its name. */
export function isArrayName({name}: {name: string}): boolean {
  return arrayName.test(name);
}

/** Files of a dump among those that were opened together; empty where there are none. */
export async function dumpFiles(files: readonly File[]): Promise<File[]> {
  const found: File[] = [];
  for (const file of files)
    if (isArrayName(file) || (/\.safetensors$/i.test(file.name) && (await holdsAttention(file)))) found.push(file);
  return found;
}

/** The header of a safetensors file names its tensors. */
async function holdsAttention(file: Blob): Promise<boolean> {
  const start = await file.slice(0, 8).arrayBuffer();
  if (start.byteLength < 8) return false;
  const length = Number(new DataView(start).getBigUint64(0, true));
  return length < 1e6 && attentionName.test(await file.slice(8, 8 + length).text());
}

/**
 * Reads a dump.
 *
 * @param files one file of arrays, or the .npy files of one folder
 * @throws Error naming file, array, layer and head where it is wrong
 */
export async function readDumpFiles(files: readonly File[]): Promise<{read: ReadDump; unread: string[]}> {
  const [{readDump}, {recordOf}] = await Promise.all([
    import("../../exchange/dump.js"),
    import("../../exchange/record.js")
  ]);
  const name = files.length > 1 ? `${files.length} .npy files` : files[0].name;
  try {
    const {arrays, sha256} = await readArrays(files);
    const dump: Dump = readDump(arrays);
    const layout = await layoutFor(dump);
    const model = (files.length > 1 ? "dump" : files[0].name.replace(/\.\w+$/, ""))
      .replace(/[^\p{L}\p{M}\p{N}_.-]+/gu, "-")
      .slice(0, 60);
    const versions = {"sfp-explorer": "Live page"};
    return {
      read: recordOf(dump, layout, {image: ownPicture, model, file: name, sha256, versions}),
      unread: dump.unread
    };
  } catch (error) {
    const {message} = error as Error;
    throw new Error(message.startsWith(name) ? message : `${name}: ${message}`, {cause: error});
  }
}

async function readArrays(files: readonly File[]) {
  const {npyArrays, openArrays} = await import("../../exchange/open.js");
  const bytes = await Promise.all(files.map(async (file) => new Uint8Array(await file.arrayBuffer())));
  const sha256 = await hashOf(bytes);
  const npy = files.filter(({name}) => /\.npy$/i.test(name));
  if (npy.length < files.length && files.length > 1)
    throw new Error(`${files.map(({name}) => name).join(", ")} are several files of arrays: open one, with its photo.`);
  if (!npy.length) return {arrays: await openArrays(bytes[0], files[0].name), sha256};
  const named = files.map(({name}, i) => [name.replace(/\.npy$/i, ""), bytes[i]] as const);
  return {arrays: npyArrays(Object.fromEntries(named)), sha256};
}

/** Browsers compute SHA-256 for secure pages only; elsewhere it is not said. */
async function hashOf(parts: readonly Uint8Array[]): Promise<string> {
  if (!globalThis.crypto?.subtle) return "";
  const digest = await crypto.subtle.digest(
    "SHA-256",
    await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer()
  );
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function layoutFor({attention: {tokens}}: Dump): Promise<TokenLayout> {
  const {layoutOf} = await import("../../exchange/layout.js");
  try {
    return layoutOf(tokens, {});
  } catch (cause) {
    throw new Error(
      `attention has ${tokens} tokens; this page knows a square grid after a class token, alone or with four registers. The command line takes others: npm run sfp -- import FILE --image PHOTO --model NAME --grid RxC --prefix N.`,
      {cause}
    );
  }
}

/** A dump as figures read any record; maps are made as they are asked for. */
export function dumpSource({record, maps, features}: ReadDump): RecordSource {
  const layers = new Cache((key) => {
    const [trunk, layer] = key.split(" ");
    return maps(trunk as "plain" | "purified", Number(layer));
  }, 4);
  return guardedSource({
    record,
    attention: async (trunk, layer) => (await layers.get(`${trunk} ${layer}`)).mean,
    headAttention: async (trunk, layer) => (await layers.get(`${trunk} ${layer}`)).heads,
    features: async (stage) => features(stage),
    repairs: () => Promise.reject(new Error("an import has none"))
  });
}

/** Opens a dump with the photo that it is of. */
export async function openDump(files: readonly File[], photo: Blob): Promise<OpenedDump> {
  const {read, unread} = await readDumpFiles(files);
  const [rows, columns] = read.record.grid;
  return {source: dumpSource(read), unread, ...(await picturesOf(photo, rows === columns))};
}

/** As many pixels as a map is shown with. */
const shownSide = 448;

async function picturesOf(photo: Blob, square: boolean): Promise<{square: Shown; whole: Shown}> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(photo, {imageOrientation: "from-image"});
  } catch (cause) {
    throw new Error("The photo cannot be decoded: give it as PNG, JPEG or WebP.", {cause});
  }
  const {width, height} = bitmap;
  const side = Math.min(width, height);
  const all = {left: 0, top: 0, width, height};
  const middle = {left: (width - side) / 2, top: (height - side) / 2, width: side, height: side};
  const result = {square: drawn(bitmap, square ? middle : all), whole: drawn(bitmap, all)};
  bitmap.close();
  return result;
}

function drawn(
  bitmap: ImageBitmap,
  {left, top, width, height}: {left: number; top: number; width: number; height: number}
): Shown {
  const factor = Math.min(1, shownSide / Math.min(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * factor));
  canvas.height = Math.max(1, Math.round(height * factor));
  const context = canvas.getContext("2d")!;
  context.drawImage(bitmap, left, top, width, height, 0, 0, canvas.width, canvas.height);
  const {data} = context.getImageData(0, 0, canvas.width, canvas.height);
  return {width: canvas.width, height: canvas.height, rgba: data};
}
