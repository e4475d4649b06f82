/** Files as PyTorch writes them: a pickle of tensors in a zip, numbers beside it. */
import {zipSync, type Zippable} from "fflate";
import {readSafetensors} from "../../components/model/safetensors.js";

/** Pieces of a pickle of protocol 2. */
const text = new TextEncoder();
const latin = (word: string) => Uint8Array.from(word, (c) => c.charCodeAt(0));
const bytes = (...parts: (Uint8Array | string)[]) =>
  Buffer.concat(parts.map((p) => (typeof p === "string" ? latin(p) : p)));
const uint32 = (n: number) => new Uint8Array(Uint32Array.of(n).buffer);

export const pickle = {
  string: (word: string) => bytes("X", uint32(text.encode(word).length), text.encode(word)),
  int: (n: number) => (n < 256 ? bytes("K", Uint8Array.of(n)) : bytes("J", uint32(n))),
  global: (module: string, name: string) => bytes("c", `${module}\n${name}\n`),
  tuple: (...items: Uint8Array[]) => bytes("(", ...items, "t"),
  call: (callee: Uint8Array, args: Uint8Array) => bytes(callee, args, "R"),
  dict: (items: [string, Uint8Array][]) =>
    bytes("}(", ...items.flatMap(([key, value]) => [pickle.string(key), value]), "u"),
  file: (value: Uint8Array) => bytes("\u0080\u0002", value, ".")
};

const storageNames: Record<string, string> = {
  F64: "DoubleStorage",
  F32: "FloatStorage",
  F16: "HalfStorage",
  BF16: "BFloat16Storage",
  I64: "LongStorage"
};

function strides(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
}

/** A tensor as `torch._utils._rebuild_tensor_v2` makes it. */
export function tensor(
  type: string,
  key: string,
  count: number,
  shape: readonly number[],
  steps = strides(shape),
  start = 0
) {
  const {string, int, global, tuple, call} = pickle;
  const storage = tuple(string("storage"), global("torch", storageNames[type]), string(key), string("cpu"), int(count));
  const hooks = call(global("collections", "OrderedDict"), bytes(")"));
  return call(
    global("torch._utils", "_rebuild_tensor_v2"),
    tuple(bytes(storage, "Q"), int(start), tuple(...shape.map(int)), tuple(...steps.map(int)), bytes("\u0089"), hooks)
  );
}

/** A zip with a pickle and its numbers; stored as PyTorch does, or deflated. */
export function archive(
  root: Uint8Array,
  data: Record<string, Uint8Array>,
  {level = 0, script = false} = {}
): Uint8Array {
  const files: Zippable = {"archive/data.pkl": [pickle.file(root), {level: level as 0}]};
  if (script) files["archive/constants.pkl"] = [pickle.file(bytes(")")), {level: 0}];
  for (const [key, values] of Object.entries(data)) files[`archive/data/${key}`] = [values, {level: level as 0}];
  files["archive/version"] = [latin("3\n"), {level: 0}];
  return zipSync(files);
}

/** The tensors of a safetensors file, as numbers by key. */
function tensorsOf(safetensors: Uint8Array) {
  const {tensors} = readSafetensors(safetensors);
  return [...tensors.values()].map(({name, type, shape, offset, length}, i) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return {
      name,
      key: String(i),
      values: safetensors.slice(offset, offset + length),
      value: tensor(type, String(i), count, shape)
    };
  });
}

/** A safetensors file's state dict as torch.save writes it, under a key where one is given. */
export function stateDict(safetensors: Uint8Array, {under = "", level = 0} = {}): Uint8Array {
  const all = tensorsOf(safetensors);
  const state = pickle.dict(all.map(({name, value}) => [name, value]));
  const root = under
    ? pickle.dict([
        [under, state],
        ["epoch", pickle.int(3)]
      ])
    : state;
  return archive(root, Object.fromEntries(all.map(({key, values}) => [key, values])), {level});
}

/** A safetensors file as a TorchScript archive: modules within modules, tensors as their attributes. */
export function torchScript(safetensors: Uint8Array): Uint8Array {
  const all = tensorsOf(safetensors);
  const module = (name: string, attributes: [string, Uint8Array][]) =>
    bytes(
      pickle.global(`__torch__.${name}`, "Module"),
      ")\u0081",
      pickle.dict([["training", bytes("\u0089")], ...attributes]),
      "b"
    );
  const within = (path: string): Uint8Array => {
    const here = all.filter(({name}) => name.startsWith(path));
    const own = here.filter(({name}) => !name.slice(path.length).includes("."));
    const below = [
      ...new Set(here.filter((one) => !own.includes(one)).map(({name}) => name.slice(path.length).split(".")[0]))
    ];
    return module(`m${path.replaceAll(".", "_")}`, [
      ...own.map(({name, value}): [string, Uint8Array] => [name.slice(path.length), value]),
      ...below.map((part): [string, Uint8Array] => [part, within(`${path}${part}.`)])
    ]);
  };
  return archive(within(""), Object.fromEntries(all.map(({key, values}) => [key, values])), {script: true});
}
