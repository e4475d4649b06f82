/** Attention that another program computed, read with every check that its numbers allow. */
import {derivedArrays} from "./write.js";
import {floats, isFloat, shapeText, type StoredArray, type StoredArrays} from "./stored.js";

/** Rows of half precision sum to one within this, and a softmax in single precision by far. */
const rowTolerance = 2e-3;
/** bfloat16 keeps 8 bits. */
const coarseTolerance = 8e-3;

/** Maps of every layer and head: `layers` × `heads` × `tokens` × `tokens`. */
export interface Maps {
  name: string;
  layers: number;
  heads: number;
  /** Whether the heads are there one by one; else `heads` is 1, and the map is what joins them. */
  single: boolean;
  tokens: number;
  /**
   * The maps of a layer (0-based), heads in order: H × T × T.
   *
   * @throws Error naming array, layer and head where a value or a row is no attention
   */
  layer(index: number): Float32Array | Float64Array;
}

/** Tokens of every layer's output: `layers` × `tokens` × `width`. */
export interface Tokens {
  name: string;
  layers: number;
  tokens: number;
  width: number;
  /** The tokens of a layer (0-based): T × D. */
  layer(index: number): Float32Array | Float64Array;
}

/** Dense features: N × `width`. */
export interface DumpFeatures {
  width: number;
  values: Float32Array;
}

/** What a file of arrays holds. */
export interface Dump {
  attention: Maps;
  purified?: Maps;
  tokens?: Tokens;
  purifiedTokens?: Tokens;
  /** By stage: `features` is "clip", the model's own; `features_NAME` is NAME. */
  features: ReadonlyMap<string, StoredArray>;
  logits?: Float32Array | Float64Array;
  /** Arrays whose names mean nothing here. */
  unread: string[];
}

const purified = "_purified";
const featuresOf = /^features_([\w.-]{1,40})$/;

/**
 * Finds the arrays that are known by their names, and checks that their shapes fit each other. Values are checked as
 * they are read.
 *
 * @throws Error naming the array that is missing or does not fit
 */
export function readDump(arrays: StoredArrays): Dump {
  const attention = maps(arrays, "attention");
  if (!attention) {
    const found = [...arrays.keys()].join(", ") || "nothing";
    throw new Error(`attention is missing; the file has ${found}. Save attention (layers, heads, T, T).`);
  }
  const second = maps(arrays, `attention${purified}`);
  if (second) sameSize(attention, second);
  const firstTokens = tokens(arrays, "tokens", attention);
  const secondTokens = tokens(arrays, `tokens${purified}`, attention);
  if (secondTokens && !second)
    throw new Error(`tokens${purified} needs attention${purified}, which is not in the file.`);
  const features = new Map<string, StoredArray>();
  for (const array of arrays.values()) {
    const stage = array.name === "features" ? "clip" : featuresOf.exec(array.name)?.[1];
    if (stage !== undefined) features.set(stage, checkedFeatures(array));
  }
  const logits = arrays.get("logits");
  return {
    attention,
    purified: second,
    tokens: firstTokens,
    purifiedTokens: secondTokens,
    features,
    logits: logits && checkedLogits(logits),
    unread: unread(arrays, features)
  };
}

function unread(arrays: StoredArrays, features: ReadonlyMap<string, StoredArray>): string[] {
  const read = new Set([...features.values()].map(({name}) => name));
  const known = /^(attention|tokens)(_purified)?([._]?\d+)?$|^logits$/;
  return [...arrays.keys()].filter((name) => !read.has(name) && !known.test(name) && !derivedArrays.test(name));
}

/** A layer's part of a larger array, or an array of its own. */
interface Slice {
  array: StoredArray;
  from: number;
}

/** One array of all layers, or one a layer: NAME_0, NAME_1, ... (or from 1 on; or NAME.0). */
function layersOf(arrays: StoredArrays, name: string): {whole: StoredArray} | {each: StoredArray[]} | undefined {
  const whole = arrays.get(name);
  const numbered = [...arrays.values()].flatMap((array) => {
    const number = array.name.startsWith(name) ? /^[._]?(\d+)$/.exec(array.name.slice(name.length))?.[1] : undefined;
    return number === undefined ? [] : [{number: Number(number), array}];
  });
  if (whole && numbered.length)
    throw new Error(
      `${name} is there whole and layer by layer (${numbered[0].array.name}): keep one of both, so that it is plain which counts.`
    );
  if (whole) return {whole};
  if (!numbered.length) return undefined;
  const inOrder = numbered.toSorted((a, b) => a.number - b.number);
  const first = inOrder[0].number;
  inOrder.forEach(({number}, i) => {
    if (number !== first + i || first > 1)
      throw new Error(
        `${name}: layer ${i + 1} is missing; the file has ${inOrder.map(({array}) => array.name).join(", ")}.`
      );
  });
  return {each: inOrder.map(({array}) => array)};
}

function maps(arrays: StoredArrays, name: string): Maps | undefined {
  const found = layersOf(arrays, name);
  if (!found) return undefined;
  const {shape, slices, single} = "whole" in found ? wholeMaps(found.whole) : eachMaps(name, found.each);
  const [heads, size] = shape;
  return {
    name,
    layers: slices.length,
    heads,
    single,
    tokens: size,
    layer: (index) => {
      const {array, from} = slices[index];
      const values = floats(array, from, heads * size * size);
      checkRows(values, {name, layer: index, heads, tokens: size, coarse: array.type === "bfloat16"});
      return values;
    }
  };
}

/** Where the maps of each layer are. */
interface MapSlices {
  shape: [heads: number, tokens: number];
  single: boolean;
  slices: Slice[];
}

function wholeMaps(array: StoredArray): MapSlices {
  const {name, shape} = array;
  refuseOther(array);
  if (shape.length === 5)
    throw new Error(
      `${name} has shape ${shapeText(shape)}, with an axis for a batch; import one picture at a time: ${name}[:, 0].`
    );
  if (shape.length !== 3 && shape.length !== 4)
    throw new Error(`${name} has shape ${shapeText(shape)}; (layers, heads, T, T) or (layers, T, T) is needed.`);
  const [rows, columns] = shape.slice(-2);
  const heads = shape.length === 4 ? shape[1] : 1;
  if (shape[0] < 1 || heads < 1) throw new Error(`${name} has shape ${shapeText(shape)}: it is empty.`);
  refuseSize(name, `shape ${shapeText(shape)}`, rows, columns);
  const size = heads * rows * columns;
  return {
    shape: [heads, rows],
    single: shape.length === 4,
    slices: Array.from({length: shape[0]}, (_, layer) => ({array, from: layer * size}))
  };
}

function eachMaps(name: string, each: readonly StoredArray[]): MapSlices {
  let single = true;
  const shapes = each.map((array, layer) => {
    refuseOther(array);
    const {shape} = array;
    const said = `${array.name} (layer ${layer + 1}) has shape ${shapeText(shape)}`;
    const sides = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
    if (sides.length !== 2 && sides.length !== 3) throw new Error(`${said}; (heads, T, T) or (T, T) is needed.`);
    const [rows, columns] = sides.slice(-2);
    refuseSize(array.name, `layer ${layer + 1}: shape ${shapeText(shape)}`, rows, columns);
    single &&= sides.length === 3;
    return [sides.length === 3 ? sides[0] : 1, rows] as [number, number];
  });
  shapes.forEach(([heads, size], layer) => {
    if (heads !== shapes[0][0] || size !== shapes[0][1])
      throw new Error(
        `${name}, layer ${layer + 1}: ${heads} heads of ${size} × ${size} tokens, and layer 1 has ${shapes[0][0]} of ${shapes[0][1]} × ${shapes[0][1]}; all layers must be of one size.`
      );
  });
  return {shape: shapes[0], single, slices: each.map((array) => ({array, from: 0}))};
}

function refuseOther({name, type}: StoredArray): void {
  if (isFloat(type)) return;
  throw new Error(
    type.startsWith("Python objects")
      ? `${name} holds ${type}: every layer and head must have a map of the same (T, T). Save it with numpy.stack.`
      : `${name} holds ${type}; float16, float32 or float64 is needed: save ${name}.astype("float32").`
  );
}

function refuseSize(name: string, said: string, rows: number, columns: number): void {
  if (rows !== columns)
    throw new Error(`${name}, ${said}: a map has as many rows as columns, and these have ${rows} and ${columns}.`);
  if (rows < 2) throw new Error(`${name}, ${said}: a map needs at least 2 tokens.`);
}

interface Place {
  name: string;
  layer: number;
  heads: number;
  tokens: number;
  coarse: boolean;
}

/** Every value is a share, and every row sums to one. */
function checkRows(values: Float32Array | Float64Array, {name, layer, heads, tokens: size, coarse}: Place): void {
  const tolerance = coarse ? coarseTolerance : rowTolerance;
  for (let row = 0; row < heads * size; ++row) {
    let total = 0;
    let least = 0;
    for (let i = row * size; i < (row + 1) * size; ++i) {
      total += values[i];
      if (values[i] < least) least = values[i];
    }
    if (Math.abs(total - 1) <= tolerance && least === 0) continue;
    const place = `${name}, layer ${layer + 1}, head ${Math.floor(row / size) + 1}, row ${(row % size) + 1}`;
    const column = values.subarray(row * size, (row + 1) * size).findIndex((value) => !Number.isFinite(value));
    if (column >= 0) throw new Error(`${place}, column ${column + 1}: the value is ${values[row * size + column]}.`);
    if (least < 0)
      throw new Error(`${place}: ${least.toPrecision(3)} is negative; attention after the softmax is needed.`);
    throw new Error(
      `${place} sums to ${total.toPrecision(5)} and not to 1; save attention after the softmax, without dropout (model.eval()).`
    );
  }
}

function sameSize(first: Maps, second: Maps): void {
  for (const side of ["layers", "heads", "tokens"] as const)
    if (first[side] !== second[side])
      throw new Error(`${second.name} has ${second[side]} ${side}, and ${first.name} has ${first[side]}.`);
}

function tokens(arrays: StoredArrays, name: string, {layers, tokens: size}: Maps): Tokens | undefined {
  const found = layersOf(arrays, name);
  if (!found) return undefined;
  const slices = "whole" in found ? wholeTokens(found.whole, size) : eachTokens(name, found.each, size);
  const {width} = slices;
  const skipped = slices.list.length - layers;
  if (skipped !== 0 && skipped !== 1)
    throw new Error(
      `${name} has ${slices.list.length} layers and attention has ${layers}; ${layers} or, with the embedding first, ${layers + 1} are needed.`
    );
  return {
    name,
    layers,
    tokens: size,
    width,
    layer: (index) => {
      const {array, from} = slices.list[index + skipped];
      const values = floats(array, from, size * width);
      const at = values.findIndex((value) => !Number.isFinite(value));
      if (at >= 0)
        throw new Error(
          `${name}, layer ${index + 1}, token ${Math.floor(at / width) + 1}, channel ${(at % width) + 1}: the value is ${values[at]}.`
        );
      return values;
    }
  };
}

function wholeTokens(array: StoredArray, size: number): {width: number; list: Slice[]} {
  const {name, shape} = array;
  refuseOther(array);
  if (shape.length !== 3 || shape[1] !== size || shape[2] < 1)
    throw new Error(
      `${name} has shape ${shapeText(shape)}; (layers, ${size}, D) is needed, as attention has ${size} tokens.`
    );
  return {
    width: shape[2],
    list: Array.from({length: shape[0]}, (_, layer) => ({array, from: layer * size * shape[2]}))
  };
}

function eachTokens(name: string, each: readonly StoredArray[], size: number): {width: number; list: Slice[]} {
  const widths = each.map((array, layer) => {
    refuseOther(array);
    const sides = array.shape.length === 3 && array.shape[0] === 1 ? array.shape.slice(1) : array.shape;
    if (sides.length !== 2 || sides[0] !== size || sides[1] < 1)
      throw new Error(`${array.name}, layer ${layer + 1}: shape ${shapeText(array.shape)}; (${size}, D) is needed.`);
    return sides[1];
  });
  const other = widths.findIndex((width) => width !== widths[0]);
  if (other >= 0)
    throw new Error(`${name}, layer ${other + 1}: ${widths[other]} channels, and layer 1 has ${widths[0]}.`);
  return {width: widths[0], list: each.map((array) => ({array, from: 0}))};
}

function checkedFeatures(array: StoredArray): StoredArray {
  refuseOther(array);
  if (array.shape.length !== 2 || array.shape[1] < 1)
    throw new Error(`${array.name} has shape ${shapeText(array.shape)}; (N, E) is needed, patches alone.`);
  return array;
}

/**
 * Features of a stage.
 *
 * @throws Error when they are not one row a patch, or a value is not finite
 */
export function dumpFeatures(array: StoredArray, patches: number): DumpFeatures {
  const {name, shape} = array;
  const [rows, width] = shape;
  if (rows !== patches)
    throw new Error(
      `${name} has shape ${shapeText(shape)}, and there are ${patches} patches; leave the class token out.`
    );
  const values = Float32Array.from(floats(array, 0, rows * width));
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0)
    throw new Error(
      `${name}, patch ${Math.floor(at / width)}, channel ${(at % width) + 1}: the value is ${values[at]}.`
    );
  return {width, values};
}

function checkedLogits(array: StoredArray): Float32Array | Float64Array {
  refuseOther(array);
  const sides = array.shape.filter((side) => side !== 1);
  if (sides.length !== 1) throw new Error(`logits has shape ${shapeText(array.shape)}; (classes,) is needed.`);
  const values = floats(array, 0, sides[0]);
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new Error(`logits, class ${at}: the value is ${values[at]}.`);
  return values;
}
