/** Which tensors a folder's weights hold, without reading their numbers where the format allows it. */
import {closeSync, openSync, readFileSync, readSync} from "node:fs";
import {join} from "node:path";
import {configFor, readCheckpoint} from "../../components/model/formats/index.js";
import {readJson, weightsFiles} from "./weightsFile.js";

/**
 * Names and shapes of the tensors.
 *
 * @throws Error when a file is damaged
 */
export function tensorShapes(folder: string, weights: string): Map<string, readonly number[]> {
  return new Map(weightsFiles(folder, weights).flatMap((name) => shapesIn(join(folder, name))));
}

function shapesIn(file: string): [string, readonly number[]][] {
  if (!file.endsWith(".safetensors")) {
    const {buffer, byteOffset, length} = readFileSync(file);
    const {tensors} = readCheckpoint(new Uint8Array(buffer, byteOffset, length), file);
    return Array.from(tensors.values(), ({name, shape}) => [name, shape]);
  }
  const header = headerOf(file) as Record<string, {shape: number[]}>;
  return Object.entries(header).flatMap(([name, {shape}]) => (name === "__metadata__" ? [] : [[name, shape]]));
}

/** The JSON that a safetensors file begins with. */
function headerOf(file: string): unknown {
  const handle = openSync(file, "r");
  try {
    const length = Buffer.alloc(8);
    readSync(handle, length, 0, 8, 0);
    const size = Number(length.readBigUInt64LE());
    // The format's own limit.
    if (!(size > 0 && size <= 100e6)) throw new Error("no header");
    const text = Buffer.alloc(size);
    readSync(handle, text, 0, size, 8);
    return JSON.parse(text.toString("utf8"));
  } catch (cause) {
    throw new Error(`${file} is no safetensors file, or damaged; fetch the model again.`, {cause});
  } finally {
    closeSync(handle);
  }
}

/** The config of a folder that goes with its checkpoint's names; undefined where there is none. */
export function folderConfig(folder: string, tensors: ReadonlyMap<string, unknown>): unknown {
  const [own, openclip] = ["config.json", "open_clip_config.json"].map((name) => readJson(join(folder, name)));
  return configFor({tensors}, {own, openclip});
}
