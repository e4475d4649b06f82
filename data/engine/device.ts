/** Devices that Node can run graphs on. */
import {spawnSync} from "node:child_process";
import {existsSync, readdirSync, readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {availableParallelism, freemem, release} from "node:os";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import * as ort from "onnxruntime-node";
import type {Device} from "../../components/model/runtime.js";

export const deviceNames = ["auto", "cuda", "webgpu", "cpu"] as const;
export type DeviceName = (typeof deviceNames)[number];

/**
 * Opens a device. `auto` takes the first of cuda, webgpu and cpu that truly works: its libraries are there, there is a GPU
 * (a software adapter does not count), and it computes a stored input correctly. That is checked once for each card, driver
 * and version of the runtime, and said.
 *
 * @param tell hears what a person should know of a first check
 * @param threads CPU threads; 0 leaves the number to ONNX Runtime
 * @throws Error saying what is missing, when a named device does not work
 */
export function openDevice(
  wanted: DeviceName = "auto",
  threads = 0,
  tell: (line: string) => void = (line) => process.stderr.write(`${line}\n`)
): Device {
  if (wanted === "cpu") return cpu(threads);
  const problems: string[] = [];
  for (const name of wanted === "auto" ? (["cuda", "webgpu"] as const) : [wanted]) {
    const lacking = missing(name);
    const problem = lacking ?? failure(name, tell);
    if (!problem) return gpu(name);
    problems.push(problem);
    // A GPU that is there and is not used is worth a line.
    if (wanted === "auto" && !lacking) tell(problem);
  }
  if (wanted === "auto") return cpu(threads);
  throw new Error(`${problems[0]} Use --device cpu, or auto to take what works.`);
}

/** Threads that a processor can run at once: more only wait for each other. */
export const mostThreads = availableParallelism();

/** The CPU. @param threads at most `mostThreads` are used; 0 leaves the number to ONNX Runtime */
export function cpu(threads = 0): Device {
  const used = Math.min(threads, mostThreads);
  return {
    name: used ? `cpu, ${used} thread${used > 1 ? "s" : ""}` : "cpu",
    ort,
    session: {executionProviders: ["cpu"], intraOpNumThreads: used, logSeverityLevel: 3},
    windows: 1,
    // Node 20 knows what a container allows from 20.13 on.
    limits: {free: () => process.availableMemory?.() ?? freemem()}
  };
}

/** A GPU provider, unchecked. */
export function gpu(name: "cuda" | "webgpu"): Device {
  const model = gpuModel();
  return {
    name: model ? `${name} (${model})` : name,
    ort,
    session: {executionProviders: [name], logSeverityLevel: 3},
    windows: 8
  };
}

/** What a provider lacks before it is worth a try, or undefined. */
function missing(name: "cuda" | "webgpu"): string | undefined {
  if (name === "cuda") {
    const folder = join(
      dirname(createRequire(import.meta.url).resolve("onnxruntime-node")),
      `../bin/napi-v6/${process.platform}/${process.arch}`
    );
    if (!existsSync(folder) || !readdirSync(folder).some((file) => file.includes("providers_cuda")))
      return "CUDA's part of ONNX Runtime is not installed (docs/measuring.md says how).";
  }
  if (process.platform === "linux" && !gpuFiles().length) return "This machine has no GPU that a driver offers.";
  return undefined;
}

/** Device files that only a real GPU's driver makes. */
function gpuFiles(): string[] {
  const list = (folder: string, pattern: RegExp) =>
    existsSync(folder) ? readdirSync(folder).filter((file) => pattern.test(file)) : [];
  return [...list("/dev", /^(nvidia\d+|dxg|kfd)$/), ...list("/dev/dri", /^renderD/)];
}

/** The GPU's name, where the driver says it. */
function gpuModel(): string | undefined {
  const folder = "/proc/driver/nvidia/gpus";
  const [card] = existsSync(folder) ? readdirSync(folder) : [];
  return card && /^Model:\s*(.+)$/m.exec(readFileSync(join(folder, card, "information"), "utf8"))?.[1].trim();
}

/** What a check holds for: the provider, the card with its driver, and the runtime, with their versions. */
function deviceKey(name: "cuda" | "webgpu"): string {
  const driver = "/proc/driver/nvidia/version";
  const version = existsSync(driver) ? readFileSync(driver, "utf8").split("\n")[0] : release();
  return [gpu(name).name, version, ...gpuFiles(), ort.env.versions.node ?? ort.env.versions.common].join("; ");
}

/** What a device that worked a moment ago needs no second look for. */
const worked = new Set<string>();

/** Checks the provider, and returns what went wrong, or undefined. */
function failure(name: "cuda" | "webgpu", tell: (line: string) => void): string | undefined {
  const key = deviceKey(name);
  if (worked.has(key)) return undefined;
  const program = fileURLToPath(new URL("probe.ts", import.meta.url));
  const {status, signal, stderr, stdout} = spawnSync(process.execPath, ["--import", "tsx", program, name, key], {
    encoding: "utf8",
    timeout: 60_000
  });
  if (status === 0) {
    worked.add(key);
    if (stdout) tell(stdout);
    return undefined;
  }
  const reason = stderr.trim().split("\n").at(-1) || `it ended with ${signal ?? `status ${status}`}`;
  return `${name} does not work here: ${reason.replace(/\.?$/, ".")}`;
}
