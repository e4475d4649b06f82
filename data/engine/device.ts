/** Devices that Node can run graphs on. */
import {spawnSync} from "node:child_process";
import {existsSync, readdirSync, readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {availableParallelism, freemem} from "node:os";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import * as ort from "onnxruntime-node";
import type {Device} from "../../components/model/runtime.js";

export const deviceNames = ["auto", "cuda", "webgpu", "cpu"] as const;
export type DeviceName = (typeof deviceNames)[number];

/**
 * Opens a device. `auto` takes the first of cuda, webgpu and cpu that truly works: its libraries are
 * there, there is a GPU (a software adapter does not count), and a small graph runs on it.
 *
 * @param threads CPU threads; 0 leaves the number to ONNX Runtime
 * @throws Error saying what is missing, when a named device does not work
 */
export function openDevice(wanted: DeviceName = "auto", threads = 0): Device {
  if (wanted === "cpu") return cpu(threads);
  const problems: string[] = [];
  for (const name of wanted === "auto" ? (["cuda", "webgpu"] as const) : [wanted]) {
    const problem = missing(name) ?? failure(name);
    if (!problem) return gpu(name);
    problems.push(problem);
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

/**
 * Runs a small graph on the provider in a process of its own, because a broken driver may take the
 * process with it. Returns what went wrong, or undefined.
 */
function failure(name: "cuda" | "webgpu"): string | undefined {
  const program = fileURLToPath(new URL("probe.ts", import.meta.url));
  const {status, signal, stderr} = spawnSync(process.execPath, ["--import", "tsx", program, name], {
    encoding: "utf8",
    timeout: 60_000
  });
  if (status === 0) return undefined;
  const reason = stderr.trim().split("\n").at(-1) || `it ended with ${signal ?? `status ${status}`}`;
  return `${name} does not work here: ${reason.replace(/\.?$/, ".")}`;
}
