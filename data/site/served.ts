/** A model's weights as a site serves them: one safetensors file, whatever they were published as. */
import {closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync} from "node:fs";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import {fileOf, type Checkpoint} from "../../components/model/safetensors.js";
import type {FoundModel} from "../hub/folders.js";
import {readWeights} from "../hub/weights.js";
import {weightsFiles} from "../hub/weightsFile.js";

const packedFolder = fileURLToPath(new URL("../../.cache/served", import.meta.url));

/**
 * The one safetensors file of a model: its own, or a copy of its shards' or its PyTorch file's tensors, every byte of
 * them as it is. A copy that is newer than the weights is kept.
 *
 * @throws Error when the weights are damaged
 */
export function servedWeights({id, folder, weights}: FoundModel, packed = packedFolder): string {
  const file = join(folder, weights);
  if (weights.endsWith(".safetensors")) return file;
  const names = weightsFiles(folder, weights);
  const copy = join(packed, id, "model.safetensors");
  const newest = Math.max(...[weights, ...names].map((name) => statSync(join(folder, name)).mtimeMs));
  if (existsSync(copy) && statSync(copy).mtimeMs >= newest && readFileSync(`${copy}.from`, "utf8") === file)
    return copy;
  const {checkpoint} = readWeights({folder, weights});
  mkdirSync(dirname(copy), {recursive: true});
  // Loaders run beside each other; whoever comes last puts the same file in place.
  const part = `${copy}.part-${process.pid}`;
  writeTensors(checkpoint, part);
  renameSync(part, copy);
  const mark = openSync(`${copy}.from`, "w");
  writeSync(mark, file);
  closeSync(mark);
  return copy;
}

/** Writes a checkpoint's tensors one after the other, so that nothing is twice in memory. */
function writeTensors(checkpoint: Checkpoint, file: string): void {
  const tensors = [...checkpoint.tensors.values()];
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const {name, type, shape, length} of tensors)
    header[name] = {dtype: type, shape, data_offsets: [end, (end += length)]};
  const text = Buffer.from(JSON.stringify(header));
  const head = Buffer.concat([Buffer.alloc(8), text, Buffer.alloc((8 - (text.length % 8)) % 8, " ")]);
  head.writeBigUInt64LE(BigInt(head.length - 8));
  const handle = openSync(file, "w");
  try {
    writeAll(handle, head);
    for (const tensor of tensors)
      writeAll(handle, fileOf(checkpoint, tensor).subarray(tensor.offset, tensor.offset + tensor.length));
  } finally {
    closeSync(handle);
  }
}

function writeAll(handle: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
}
