/** Devices that a browser can run graphs on: WebGPU where there is an adapter, else WebAssembly. */
import * as ort from "onnxruntime-web/webgpu";
import type {Device} from "../model/runtime.js";
import {describeAdapter, requestAdapter, requestDevice, type AdapterReport} from "./adapter.js";

/** Where a model runs in the page. */
export type DeviceKind = "webgpu" | "wasm";

/** What this browser offers. */
export interface Capabilities {
  adapter?: AdapterReport;
  /** Why there is no adapter. */
  refused?: string;
  /** Threads that WebAssembly may have here. */
  threads: number;
  /** Threads that it would have in a page that is isolated from other sites. */
  cores: number;
}

/** More threads than this gain nothing for networks of this size. */
const mostThreads = 8;

/** Looks at what the browser offers, without keeping a device. */
export async function capabilities(): Promise<Capabilities> {
  const cores = Math.min(mostThreads, navigator.hardwareConcurrency || 1);
  const threads = threadCount();
  try {
    return {adapter: describeAdapter(await requestAdapter()), threads, cores};
  } catch (error) {
    return {refused: error instanceof Error ? error.message : String(error), threads, cores};
  }
}

/** What is best here: a real GPU, else WebAssembly. A software adapter is chosen by nobody but the reader. */
export function bestKind({adapter}: Capabilities): DeviceKind {
  return adapter && !adapter.software ? "webgpu" : "wasm";
}

/** Threads need memory that they share, which browsers give only to isolated pages. */
function threadCount(): number {
  return globalThis.crossOriginIsolated ? Math.min(mostThreads, navigator.hardwareConcurrency || 1) : 1;
}

/**
 * Opens a device. ONNX Runtime keeps the settings of the first call, so a worker opens one device in its
 * life; another device is another worker.
 *
 * @throws Error saying why WebGPU cannot be had
 */
export async function openDevice(kind: DeviceKind): Promise<Device> {
  const threads = threadCount();
  ort.env.wasm.wasmPaths = {wasm: import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm")};
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = "error";
  const quiet = {logSeverityLevel: 3} as const;
  if (kind === "wasm")
    return {
      name: `wasm, ${threads} thread${threads > 1 ? "s" : ""}`,
      ort,
      session: {executionProviders: ["wasm"], ...quiet}
    };
  const adapter = await requestAdapter();
  const {name, software} = describeAdapter(adapter);
  const device = await requestDevice(adapter);
  return {
    name: `webgpu (${name}${software ? ", software" : ""})`,
    ort,
    session: {executionProviders: [{name: "webgpu", device}], ...quiet}
  };
}
