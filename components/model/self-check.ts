/** Whether a device computes correctly: a tiny model on a stored input, once for each device, driver and runtime. */
import {seededRandom} from "../analysis/random.js";
import {expectedClip, expectedSfp} from "./self-check-numbers.js";
import {readModel, type Model, type Precision} from "./model.js";
import {Engine, otherArithmetic, type Device, type Pixels} from "./runtime.js";
import {writeSafetensors, type WrittenTensor} from "./safetensors.js";

/** Sizes of the model: 16 patches, features of 8 numbers. */
const [width, heads, layers, patch, grid, features] = [16, 2, 2, 4, 4, 8];

/** The largest relative error of a device that computes correctly; float16 keeps three digits. */
export const allowed: Readonly<Record<Precision, number>> = {float32: 1e-3, float16: 5e-2};

/** A device whose numbers are wrong, and what to use instead. */
export class WrongDeviceError extends Error {
  override name = "WrongDeviceError";
}

/** Which checks a device has passed, kept between visits or runs. Storage that fails forgets, and never throws. */
export interface Passed {
  has(key: string): Promise<boolean>;
  add(key: string): Promise<void>;
}

/**
 * Checks a device the first time that it is met. One that passed is known by its key from then on; one that failed is
 * checked again, because a fault may pass.
 *
 * @param key names adapter, driver and runtime, with their versions
 * @returns what a person should know of a first check; undefined where the device is known
 * @throws WrongDeviceError
 */
export async function checkOnce(
  device: Device,
  precision: Precision,
  key: string,
  passed: Passed
): Promise<string | undefined> {
  if (await passed.has(key)) return undefined;
  const error = await selfCheck(device, precision);
  await passed.add(key);
  return `First run on ${device.name}: it was checked on a stored input and computes correctly (largest relative error ${error.toExponential(0)}).`;
}

/**
 * Runs the tiny model on the stored input.
 *
 * @returns the largest relative error of its features
 * @throws WrongDeviceError when they are wrong, or the device fails
 */
export async function selfCheck(device: Device, precision: Precision = "float32"): Promise<number> {
  const engine = new Engine({...checkModel(), precision}, device);
  // SFP decides by thresholds, which the rounding of float16 may cross.
  const expected = precision === "float32" ? [expectedClip(), expectedSfp()] : [expectedClip()];
  try {
    const methods = ["clip", "sfp"].slice(0, expected.length).map((method) => ({method}));
    const found = await engine.features(methods, checkPixels());
    const error = Math.max(...found.map(({data}, i) => largestError(data, expected[i])));
    if (error <= allowed[precision]) return error;
    throw new Error(`its features differ from the stored ones by ${(100 * error).toPrecision(2)} %`);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WrongDeviceError(
      `${device.name} failed the check of a first run, and is not used: ${reason}${/[.!]$/.test(reason) ? "" : "."}${reason.includes(otherArithmetic) ? "" : ` ${otherArithmetic}`}`,
      {cause}
    );
  } finally {
    // A device that is lost cannot give its memory back.
    await engine.close().catch(() => {});
  }
}

/** The tiny model: weights of a seed, as large as trained ones are for their width. */
export function checkModel(): Model {
  const random = seededRandom(2026);
  const tensors: Record<string, WrittenTensor> = {};
  const add = (name: string, shape: number[], scale: number, centre = 0) => {
    const data = Float32Array.from({length: shape.reduce((a, b) => a * b)}, () => centre + scale * (2 * random() - 1));
    tensors[`visual.${name}`] = {shape, data};
  };
  const norm = (name: string) => {
    add(`${name}.weight`, [width], 0.2, 1);
    add(`${name}.bias`, [width], 0.1);
  };
  const linear = (name: string, rows: number, columns: number, join = ".") => {
    add(`${name}${join}weight`, [rows, columns], 1.5 / Math.sqrt(columns));
    add(`${name}${join}bias`, [rows], 0.1);
  };
  add("class_embedding", [width], 0.5);
  add("positional_embedding", [grid * grid + 1, width], 0.5);
  add("conv1.weight", [width, 3, patch, patch], 0.25);
  norm("ln_pre");
  norm("ln_post");
  add("proj", [width, features], 0.5);
  for (let layer = 0; layer < layers; ++layer) {
    const block = `transformer.resblocks.${layer}`;
    norm(`${block}.ln_1`);
    norm(`${block}.ln_2`);
    linear(`${block}.attn.in_proj`, 3 * width, width, "_");
    linear(`${block}.attn.out_proj`, width, width);
    linear(`${block}.mlp.c_fc`, 4 * width, width);
    linear(`${block}.mlp.c_proj`, width, 4 * width);
  }
  const config = {vision_config: {num_attention_heads: heads, layer_norm_eps: 1e-5}};
  return readModel("the check's tiny model", writeSafetensors(tensors), config);
}

/** The input. */
export function checkPixels(): Pixels {
  const random = seededRandom(7);
  const side = grid * patch;
  return {dims: [1, 3, side, side], data: Float32Array.from({length: 3 * side * side}, () => 4 * random() - 2)};
}

/** ‖a − b‖∞ / ‖b‖∞; infinite where a number is none. */
function largestError(actual: Float32Array, expected: Float32Array): number {
  let [difference, size] = [0, 0];
  if (actual.length !== expected.length) return Infinity;
  for (const [i, value] of expected.entries()) {
    if (!Number.isFinite(actual[i])) return Infinity;
    difference = Math.max(difference, Math.abs(actual[i] - value));
    size = Math.max(size, Math.abs(value));
  }
  return difference / size;
}
