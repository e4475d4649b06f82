/** A checkpoint from any of the files that weights are published as. */
import {readSafetensors, type Checkpoint, type StoredTensor} from "../safetensors.js";
import {isPytorch, readPytorch} from "./pytorch.js";
import {shardNames, type ShardIndex} from "./shards.js";

/** One file, by what its bytes are: safetensors or PyTorch's. */
export function readCheckpoint(bytes: Uint8Array, file: string): Checkpoint {
  refuseOthers(bytes, file);
  return withoutWrapping(isPytorch(bytes) ? readPytorch(bytes, file) : readSafetensors(bytes, file));
}

/** Files that are no weights at all, though they lie where weights should. */
function refuseOthers(bytes: Uint8Array, file: string): void {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 200)).trimStart();
  if (start.startsWith("version https://git-lfs"))
    throw new Error(
      `${file}: this is a pointer of Git LFS, not the weights it points to; run \`git lfs pull\`, or fetch the file itself.`
    );
  if (/^<(!doctype|html|head|\?xml)/i.test(start))
    throw new Error(
      `${file}: this is a web page, not weights: whoever fetched it was sent to a page. Fetch the file itself.`
    );
  if (start.startsWith("{")) throw new Error(`${file}: this is JSON, not weights; fetch the file again.`);
}

/**
 * Shards as one checkpoint, each tensor in the file that the index names.
 *
 * @param shards the files' bytes by name
 * @throws Error naming a tensor that is in another file than the index says, or in none
 */
export function joinShards(index: unknown, file: string, shards: ReadonlyMap<string, Uint8Array>): Checkpoint {
  const names = shardNames(index, file);
  const {weight_map: map} = index as ShardIndex;
  const tensors = new Map<string, StoredTensor>();
  const more = new Map<string, Uint8Array>();
  for (const name of names) {
    const bytes = shards.get(name);
    if (!bytes) throw new Error(`${file}: the shard ${name} is missing; fetch the model again.`);
    const shard = readCheckpoint(bytes, name);
    more.set(name, shard.bytes);
    for (const [key, unpacked] of shard.more ?? []) more.set(`${name} ${key}`, unpacked);
    for (const tensor of shard.tensors.values()) {
      if (map[tensor.name] !== name)
        throw new Error(
          `${file}: ${tensor.name} lies in ${name}, and the index says ${map[tensor.name] ?? "nothing of it"}; the files do not belong together.`
        );
      tensors.set(tensor.name, {...tensor, file: tensor.file === undefined ? name : `${name} ${tensor.file}`});
    }
  }
  for (const [name, shard] of Object.entries(map))
    if (!tensors.has(name))
      throw new Error(`${file}: ${name} should lie in ${shard}, and is not there; fetch the model again.`);
  return withoutWrapping({bytes: new Uint8Array(), more, tensors});
}

/** What training code puts before all names, and keys that hold a state dict. */
const wrapping = /^(module|model|state_dict|teacher|student|backbone|model_state|_orig_mod)\./;

/** A checkpoint whose names all begin with the same wrapping, without it. */
function withoutWrapping(checkpoint: Checkpoint): Checkpoint {
  const [first] = checkpoint.tensors.keys();
  const start = first === undefined ? undefined : wrapping.exec(first)?.[0];
  // transformers' newest DINOv3 begins with "model." itself.
  if (start === undefined || ![...checkpoint.tensors.keys()].every((name) => name.startsWith(start))) return checkpoint;
  const tensors = new Map(
    Array.from(checkpoint.tensors.values(), (tensor): [string, StoredTensor] => {
      const name = tensor.name.slice(start.length);
      return [name, {...tensor, name}];
    })
  );
  return withoutWrapping({...checkpoint, tensors});
}

/**
 * The config that goes with a checkpoint's names: open_clip's for `visual.`, else `config.json`; the other where only
 * that is there, and undefined where there is none.
 */
export function configFor(
  {tensors}: {tensors: ReadonlyMap<string, unknown>},
  {own, openclip}: {own: unknown; openclip: unknown}
): unknown {
  const isOpenClip = [...tensors.keys()].some((name) => name.startsWith("visual."));
  return isOpenClip ? (openclip ?? own) : (own ?? openclip);
}
