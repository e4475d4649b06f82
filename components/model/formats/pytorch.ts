/**
 * PyTorch's files: a zip archive with a pickle that says which tensors there are, and their bytes beside it. State dicts
 * (`.pt`, `.pth`, `.bin`) and OpenAI's TorchScript archives (`ViT-B-16.pt`) are read; nothing in them is executed.
 */
import type {Checkpoint, StoredTensor} from "../safetensors.js";
import {PickleGlobal, PickleObject, readPickle, type PickleNames, type PickleValue} from "./pickle.js";
import {entryBytes, isZip, readZip, type ZipEntry} from "./zip.js";

/** Element types by the storage that holds them, with their bytes. */
const storages: Record<string, {type: string; bytes: number}> = {
  DoubleStorage: {type: "F64", bytes: 8},
  FloatStorage: {type: "F32", bytes: 4},
  HalfStorage: {type: "F16", bytes: 2},
  BFloat16Storage: {type: "BF16", bytes: 2},
  LongStorage: {type: "I64", bytes: 8},
  IntStorage: {type: "I32", bytes: 4},
  ShortStorage: {type: "I16", bytes: 2},
  CharStorage: {type: "I8", bytes: 1},
  ByteStorage: {type: "U8", bytes: 1},
  BoolStorage: {type: "BOOL", bytes: 1}
};

/** Names that state dicts mention. */
const known = new Set([
  "collections.OrderedDict",
  "torch._utils._rebuild_tensor",
  "torch._utils._rebuild_tensor_v2",
  "torch._utils._rebuild_parameter",
  "torch.Size",
  "torch.device",
  ...Object.keys(storages).map((name) => `torch.${name}`),
  ...["float64", "float32", "float16", "bfloat16"].map((name) => `torch.${name}`)
]);

/** A tensor's part of a storage. */
interface Rebuilt {
  storage: {entry: string; type: string; bytes: number};
  start: number;
  shape: number[];
  strides: number[];
}

/** Whether bytes are a file that PyTorch wrote: a zip, or the older format that begins with a pickle. */
export function isPytorch(bytes: Uint8Array): boolean {
  return isZip(bytes) || (bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5);
}

/**
 * Reads a PyTorch file's tensors, which stay where they lie in `bytes`; only what is packed or strided is copied.
 *
 * @throws Error naming the file, and what its pickle asks for beyond tensors
 */
export function readPytorch(bytes: Uint8Array, file: string): Checkpoint {
  if (!isZip(bytes))
    throw new Error(
      `${file}: the format that PyTorch wrote before 1.6 is not known; load the file and save it again with torch.save.`
    );
  try {
    return readArchive(bytes);
  } catch (cause) {
    throw new Error(`${file}: ${(cause as Error).message}.`, {cause});
  }
}

function readArchive(bytes: Uint8Array): Checkpoint {
  const entries = readZip(bytes);
  const pickle = [...entries.values()].find(({name}) => /(^|\/)data\.pkl$/.test(name));
  if (!pickle) throw new Error("this zip has no data.pkl, so PyTorch did not write it");
  const folder = pickle.name.slice(0, -"data.pkl".length);
  const order = entries.get(`${folder}byteorder`);
  if (order && new TextDecoder().decode(entryBytes(bytes, order)).trim() === "big")
    throw new Error("its numbers are big-endian, which is not known here");
  let root: PickleValue;
  try {
    root = readPickle(entryBytes(bytes, pickle), namesOf(folder, entries.has(`${folder}constants.pkl`)));
  } catch (cause) {
    throw new Error(`its pickle cannot be read: ${(cause as Error).message}`, {cause});
  }
  const tensors = new Map<string, StoredTensor>();
  const more = new Map<string, Uint8Array>();
  for (const [name, tensor] of tensorsOf(root)) tensors.set(name, place(name, tensor, {bytes, entries, more}));
  if (!tensors.size) throw new Error("it holds no tensors");
  return {bytes, tensors, ...(more.size && {more})};
}

/** What a pickle of tensors may ask for. A TorchScript archive's modules are classes of its own, taken for data. */
function namesOf(folder: string, script: boolean): PickleNames {
  const isModule = (name: string) => script && name.startsWith("__torch__.");
  return {
    allows: (name) => known.has(name) || isModule(name) || (script && name.startsWith("torch.jit._pickle.")),
    call(name, args) {
      if (isModule(name)) return new PickleObject("module", name);
      switch (name) {
        case "collections.OrderedDict":
          return new Map((args[0] ?? []) as [PickleValue, PickleValue][]);
        case "torch._utils._rebuild_tensor":
        case "torch._utils._rebuild_tensor_v2":
          return new PickleObject("tensor", rebuilt(args));
        case "torch._utils._rebuild_parameter":
          return args[0];
        case "torch.Size":
        case "torch.device":
          return args;
        default:
          if (name.startsWith("torch.jit._pickle.")) return args[0] ?? null;
          throw new Error(`it calls ${name}, which is not a call that makes tensors`);
      }
    },
    persistent(id) {
      const [kind, storage, key] = Array.isArray(id) ? id : [];
      const type = storage instanceof PickleGlobal ? storages[storage.name.replace("torch.", "")] : undefined;
      if (kind !== "storage" || !type || typeof key !== "string")
        throw new Error("it asks for something from outside that is no storage of numbers");
      return new PickleObject("storage", {entry: `${folder}data/${key}`, ...type});
    }
  };
}

function rebuilt([storage, start, shape, strides]: PickleValue[]): Rebuilt {
  const counts = (values: PickleValue): values is number[] =>
    Array.isArray(values) && values.every((n) => Number.isSafeInteger(n) && (n as number) >= 0);
  const fits =
    storage instanceof PickleObject &&
    storage.kind === "storage" &&
    Number.isSafeInteger(start) &&
    (start as number) >= 0;
  if (!fits || !counts(shape) || !counts(strides) || shape.length !== strides.length)
    throw new Error("a tensor of it is not made of a storage, a place, a shape and strides");
  return {storage: storage.value as Rebuilt["storage"], start: start as number, shape, strides};
}

/** The tensors of nested dictionaries and modules under their dotted names. What is no tensor says nothing of weights. */
function* tensorsOf(value: PickleValue, name = "", depth = 0): Generator<[string, Rebuilt]> {
  if (depth > 32) throw new Error("its dictionaries lie too deep in each other");
  if (value instanceof PickleObject && value.kind === "tensor") yield [name, value.value as Rebuilt];
  const inside = value instanceof PickleObject && value.kind === "module" ? value.state : value;
  if (!(inside instanceof Map)) return;
  // A dictionary that holds the state dict beside other things names it so.
  for (const [key, item] of inside)
    if (typeof key === "string") yield* tensorsOf(item, name ? `${name}.${key}` : key, depth + 1);
}

interface Archive {
  bytes: Uint8Array;
  entries: Map<string, ZipEntry>;
  more: Map<string, Uint8Array>;
}

/** Where a tensor's bytes lie. */
function place(name: string, {storage, start, shape, strides}: Rebuilt, {bytes, entries, more}: Archive): StoredTensor {
  const entry = entries.get(storage.entry);
  if (!entry) throw new Error(`the numbers of ${name} (${storage.entry}) are missing`);
  const count = shape.reduce((a, b) => a * b, 1);
  const last = shape.reduce((at, n, axis) => at + Math.max(0, n - 1) * strides[axis], start);
  if (!Number.isSafeInteger(count) || (count > 0 && (last + 1) * storage.bytes > entry.size))
    throw new Error(`${name} has shape [${shape.join(", ")}], more than its storage of ${entry.size} bytes holds`);
  const length = count * storage.bytes;
  const tensor = {name, type: storage.type, shape, length};
  if (isContiguous(shape, strides)) {
    if (entry.method === 0) return {...tensor, offset: entry.offset + start * storage.bytes};
    if (!more.has(entry.name)) more.set(entry.name, entryBytes(bytes, entry));
    return {...tensor, offset: start * storage.bytes, file: entry.name};
  }
  if (count > entry.size) throw new Error(`${name} repeats its numbers, which weights do not`);
  more.set(`strided ${name}`, gather(entryBytes(bytes, entry), storage.bytes, {start, shape, strides, count}));
  return {...tensor, offset: 0, file: `strided ${name}`};
}

function isContiguous(shape: number[], strides: number[]): boolean {
  let step = 1;
  for (let axis = shape.length; axis-- > 0;) {
    if (shape[axis] !== 1 && strides[axis] !== step) return false;
    step *= shape[axis];
  }
  return true;
}

/** A strided tensor's numbers in row-major order. */
function gather(
  from: Uint8Array,
  bytes: number,
  {start, shape, strides, count}: {start: number; shape: number[]; strides: number[]; count: number}
): Uint8Array {
  const out = new Uint8Array(count * bytes);
  const index = shape.map(() => 0);
  for (let i = 0; i < count; ++i) {
    const at = index.reduce((sum, n, axis) => sum + n * strides[axis], start) * bytes;
    out.set(from.subarray(at, at + bytes), i * bytes);
    for (let axis = shape.length; axis-- > 0;) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return out;
}
