/** Words of the command line: what verbs share. */
import {parseArgs, type ParseArgsConfig} from "node:util";
import {isPositionsChoice} from "../../components/model/families/config.js";
import {activations, positionsChoices} from "../../components/model/geometry.js";
import {deviceNames, mostThreads, type DeviceName, type ModelSettings} from "../engine/index.js";
import type {Streams} from "../files/output.js";

/** The words were wrong: exit status 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** A verb of the command line. */
export interface Verb {
  /** Its options, a line each. */
  help: string;
  /** Returns the exit status: 0 done, 1 the work failed. Throws UsageError or RangeError for wrong words. */
  run(args: string[], streams: Streams): Promise<number>;
}

/** Options that every verb running a model takes. */
export const modelOptions = {
  model: {type: "string"},
  positions: {type: "string"},
  activation: {type: "string"},
  device: {type: "string", default: "auto"},
  threads: {type: "string", default: "0"},
  method: {type: "string", default: "sfp"},
  proxy: {type: "string"},
  option: {type: "string", short: "o", multiple: true, default: [] as string[]},
  out: {type: "string"},
  json: {type: "boolean", default: false}
} as const satisfies ParseArgsConfig["options"];

export const modelHelp = `  --model MODEL       its ID, OWNER/NAME on the hub, or a folder (default: the best that is here;
                      npm run sfp -- models lists them, models get fetches one)
  --positions WHOSE   original, huggingface or timm: whose way with grids other than the trained one (default original)
  --activation NAME   quick_gelu, gelu or gelu_pytorch_tanh, instead of what the model's config or family says
  --device NAME       auto, cuda, webgpu or cpu (default auto: the first that works)
  --threads N         CPU threads (default: as many as there are cores)
  --method NAME       the method (default sfp)
  -o KEY=VALUE        an option of the method; may be repeated
  --proxy ID|FOLDER   the second model of proxyclip, lavg and gla, such as DINO
  --out FILE          write there instead of standard output`;

/** parseArgs, its errors as UsageError. */
export function parse<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError((error as Error).message.split("\n")[0]);
  }
}

/** How a model is to be read, of the words of `modelOptions`. */
export function modelSettings({positions, activation}: {positions?: string; activation?: string}): ModelSettings {
  if (positions !== undefined && !isPositionsChoice(positions))
    throw new UsageError(`--positions ${positions} is not known; known are ${positionsChoices.join(", ")}.`);
  const known = activations.find((name) => name === activation);
  if (activation !== undefined && known === undefined)
    throw new UsageError(`--activation ${activation} is not known; known are ${activations.join(", ")}.`);
  return {positions, activation: known};
}

/** A device's name. */
export function deviceName(word: string): DeviceName {
  if ((deviceNames as readonly string[]).includes(word)) return word as DeviceName;
  throw new UsageError(`--device ${word} is not known; known are ${deviceNames.join(", ")}.`);
}

/** The number of threads: at most what the processor runs at once, which is said. 0 leaves it to ONNX Runtime. */
export function chosenThreads(word: string, {stderr}: Pick<Streams, "stderr">): number {
  const threads = wholeNumber("threads", word);
  if (threads <= mostThreads) return threads;
  const cores = `${mostThreads} ${mostThreads > 1 ? "cores" : "core"}`;
  stderr.write(`--threads ${word}: this machine has ${cores}, so ${mostThreads} are used.\n`);
  return mostThreads;
}

/** A whole number from `least`. */
export function wholeNumber(option: string, word: string, least = 0): number {
  const value = Number(word);
  if (word.trim() && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${option} ${word}: a whole number of ${least} or more is needed.`);
}

/** A part of a list: `I/N` is items I, I + N, ... with I from 1. */
export function shardOf(word: string): {index: number; of: number} {
  const [index, of] = /^(\d+)\/(\d+)$/.exec(word)?.slice(1).map(Number) ?? [];
  if (!(index >= 1 && index <= of))
    throw new UsageError(`--shard ${word}: write it as I/N with I from 1 to N, such as 1/8.`);
  return {index, of};
}
