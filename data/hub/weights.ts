/** Weights from a model's folder, in any of the formats they are published in, each file once in memory. */
import {createHash} from "node:crypto";
import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {joinShards, readCheckpoint} from "../../components/model/formats/index.js";
import type {Checkpoint} from "../../components/model/safetensors.js";
import type {FoundModel} from "./folders.js";
import {readJson, weightsFiles} from "./weightsFile.js";

/** What a folder's weights are. */
export interface FolderWeights {
  checkpoint: Checkpoint;
  /** The file that errors name: the weights, or their index. */
  file: string;
  /** SHA-256 of the file, in hex; of shards, of one after the other. */
  hash: string;
}

/**
 * Reads a model's weights.
 *
 * @throws Error naming the file that is damaged, or missing beside an index
 */
export function readWeights({folder, weights}: Pick<FoundModel, "folder" | "weights">): FolderWeights {
  const file = join(folder, weights);
  const hash = createHash("sha256");
  const read = (name: string) => {
    const path = join(folder, name);
    if (!existsSync(path)) throw new Error(`${file}: the shard ${name} is missing; fetch the model again.`);
    const bytes = readWhole(path);
    hash.update(bytes);
    return bytes;
  };
  const names = weightsFiles(folder, weights);
  if (!weights.endsWith(".index.json"))
    return {checkpoint: readCheckpoint(read(weights), file), file, hash: hash.digest("hex")};
  const shards = new Map(names.map((name) => [name, read(name)]));
  return {checkpoint: joinShards(readJson(file), file, shards), file, hash: hash.digest("hex")};
}

/** A file's bytes, once in memory: a Uint8Array made of a Buffer would be a copy. */
function readWhole(file: string): Uint8Array {
  const {buffer, byteOffset, length} = readFileSync(file);
  return new Uint8Array(buffer, byteOffset, length);
}
