/** What a run needs of memory, estimated before it begins. */
import type {Grid} from "../records/record.js";

/** Sizes of a tower that its memory depends on. */
interface Sizes {
  heads: number;
  mlp: number;
  patch: number;
}

/** What a device offers; what is left out is not known. */
export interface MemoryLimits {
  /** Bytes that are free for a run, asked when it begins. */
  free?: () => number;
  /** Bytes of the largest single tensor. */
  tensor?: number;
}

/**
 * Attention maps of all heads, and rows of the MLP's hidden layer, that ONNX Runtime holds at once. Peaks of all methods
 * with `mini` at 640 and 960 px lie at 3.6 to 8.0 maps when rows are not counted; these two numbers bound them within 5 %.
 */
const maps = 6;
const rows = 10;

/**
 * The memory of one run, in bytes, beside the weights: attention grows with the square of the tokens.
 *
 * @param outputs names of what is asked for; maps among them are held twice, in the runtime and outside
 */
export function runMemory(
  {heads, mlp}: Sizes,
  {batch, tokens, outputs = []}: {batch: number; tokens: number; outputs?: readonly string[]}
): number {
  const asked = outputs.reduce(
    (sum, name) => sum + (name.startsWith("heads.") ? heads : Number(name.startsWith("attention."))),
    0
  );
  return 4 * batch * tokens * (tokens * (maps * heads + 2 * asked) + rows * mlp);
}

/** The largest tensor of a run, in bytes. */
export function largestTensor({heads, mlp}: Sizes, batch: number, tokens: number): number {
  return 4 * batch * tokens * Math.max(heads * tokens, mlp);
}

/** A run that the device has no memory for. */
export class MemoryError extends Error {
  override name = "MemoryError";

  /** @param fits the largest picture of the same shape that can be run, in pixels; none where even a patch is too much */
  constructor(
    message: string,
    readonly fits?: {width: number; height: number}
  ) {
    super(message);
  }
}

/** What is to be run. */
export interface PlannedRun {
  /** [images, 3, height, width]. */
  dims: readonly [number, number, number, number];
  outputs?: readonly string[];
  /** Tokens before the patches. */
  prefix?: number;
  /** Bytes needed beside the network's. */
  besides?: number;
}

/**
 * Refuses a run that needs more memory than there is.
 *
 * @throws MemoryError that says what is needed, what is free, and which size fits
 */
export function needMemory(sizes: Sizes, {free, tensor}: MemoryLimits, run: PlannedRun): void {
  const {
    dims: [batch, , height, width],
    outputs,
    prefix = 1,
    besides = 0
  } = run;
  const available = free?.() ?? Infinity;
  const tokensOf = ([tall, wide]: Grid): number => tall * wide + prefix;
  const gridAt = (scale: number): Grid => [
    Math.floor((height * scale) / sizes.patch),
    Math.floor((width * scale) / sizes.patch)
  ];
  const needs = (tokens: number): number => runMemory(sizes, {batch, tokens, outputs}) + besides;
  const fits = (grid: Grid): boolean =>
    needs(tokensOf(grid)) <= available && largestTensor(sizes, batch, tokensOf(grid)) <= (tensor ?? Infinity);
  if (fits(gridAt(1))) return;
  const tokens = tokensOf(gridAt(1));
  const why =
    needs(tokens) > available
      ? `need about ${gigabytes(needs(tokens))}, and ${gigabytes(available)} are free`
      : `make a tensor of ${gigabytes(largestTensor(sizes, batch, tokens))}, and this device holds ${gigabytes(tensor!)}`;
  const grid = largestGrid(gridAt, fits);
  const size = grid && {height: grid[0] * sizes.patch, width: grid[1] * sizes.patch};
  throw new MemoryError(
    `${batch > 1 ? `${batch} pictures of ` : ""}${width} × ${height} px are ${tokens.toLocaleString("en")} tokens${batch > 1 ? " each" : ""}, whose attention in ${sizes.heads} heads would ${why}. ` +
      (size ? `At most ${size.width} × ${size.height} px fit.` : "No picture of this shape fits."),
    size
  );
}

/** The largest grid of the same shape that fits, by halving; undefined where none has a patch a side. */
function largestGrid(gridAt: (scale: number) => Grid, fits: (grid: Grid) => boolean): Grid | undefined {
  let [low, high] = [0, 1];
  for (let i = 0; i < 40; ++i) {
    const middle = (low + high) / 2;
    if (fits(gridAt(middle))) low = middle;
    else high = middle;
  }
  const grid = gridAt(low);
  return grid[0] && grid[1] ? grid : undefined;
}

/** Bytes in words. */
export function gigabytes(bytes: number): string {
  const [unit, name] = bytes < 1e9 ? [1e6, "MB"] : [1e9, "GB"];
  const value = bytes / unit;
  return `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en")} ${name}`;
}
