/** What a browser offers to run a model on. Apart from `device.ts`, so that a page can ask without loading a runtime. */
import {reasonOf} from "../ui/reason.js";
import {describeAdapter, requestAdapter, type AdapterReport} from "./adapter.js";

/** Where a model runs in the page; on WebGPU its blocks may multiply in half precision. */
export type DeviceKind = "webgpu" | "webgpu-float16" | "wasm";

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
    return {refused: reasonOf(error), threads, cores};
  }
}

/** What is best here: a real GPU, else WebAssembly. A software adapter is chosen by nobody but the reader. */
export function bestKind({adapter}: Capabilities): DeviceKind {
  return adapter && !adapter.software ? "webgpu" : "wasm";
}

/** Whether this browser can run a model so. */
export function offers({adapter}: Capabilities, kind: DeviceKind): boolean {
  return kind === "wasm" || (adapter !== undefined && (kind === "webgpu" || adapter.f16));
}

/** The device that was asked for, where it is to be had; else what is best. */
export function usableKind(found: Capabilities, asked?: DeviceKind): DeviceKind {
  return asked && offers(found, asked) ? asked : bestKind(found);
}

/** Threads need memory that they share, which browsers give only to isolated pages. */
export function threadCount(): number {
  return globalThis.crossOriginIsolated ? Math.min(mostThreads, navigator.hardwareConcurrency || 1) : 1;
}
