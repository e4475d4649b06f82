/** Devices that a browser can run graphs on: WebGPU where there is an adapter, else WebAssembly. */
import type {Device} from "../../model/runtime.js";
import {checkOnce} from "../../model/self-check.js";
import {describeAdapter, requestAdapter, requestDevice} from "../adapter.js";
import {threadCount, type DeviceKind} from "../capabilities.js";
import {passedHere} from "./passed.js";

/**
 * ONNX Runtime and its WebAssembly. What knows WebGPU is twice as large, so each device fetches its own; paths are written
 * out, because only such files become part of the site.
 */
const runtimes = {
  wasm: async () => ({
    ort: await import("onnxruntime-web/wasm"),
    wasm: import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm")
  }),
  webgpu: async () => ({
    ort: await import("onnxruntime-web/webgpu"),
    wasm: import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm")
  })
};

let version = "";

/** What WebAssembly's 4 GB leave for a run beside the weights, in bytes. */
const wasmMemory = 3e9;

/**
 * Opens a device. ONNX Runtime keeps the settings of the first call, so a worker opens one device in its
 * life; another device is another worker. A WebGPU adapter is checked once for each browser and runtime version.
 *
 * @param tell hears what the reader should know of a first check
 * @throws Error saying why WebGPU, or half precision on it, is not to be had; WrongDeviceError when it computes wrongly
 */
export async function openBrowserDevice(kind: DeviceKind, tell: (note: string) => void): Promise<Device> {
  const threads = threadCount();
  const {ort, wasm} = await runtimes[kind === "wasm" ? "wasm" : "webgpu"]();
  version = ort.env.versions.web ?? ort.env.versions.common;
  ort.env.wasm.wasmPaths = {wasm};
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = "error";
  const quiet = {logSeverityLevel: 3} as const;
  if (kind === "wasm")
    return {
      name: `wasm, ${threads} thread${threads > 1 ? "s" : ""}`,
      ort,
      session: {executionProviders: ["wasm"], ...quiet},
      windows: 1,
      limits: {free: () => wasmMemory}
    };
  const adapter = await requestAdapter();
  const {name, software, f16} = describeAdapter(adapter);
  if (kind === "webgpu-float16" && !f16) throw new Error(`The adapter ${name} does not compute in float16.`);
  const device = await requestDevice(adapter);
  const opened: Device = {
    name: `webgpu (${name}${software ? ", software" : ""})${kind === "webgpu-float16" ? ", float16 arithmetic" : ""}`,
    ort,
    session: {executionProviders: [{name: "webgpu", device}], ...quiet},
    windows: software ? 1 : 8,
    limits: {tensor: device.limits.maxStorageBufferBindingSize}
  };
  const {vendor, architecture, device: card, description} = adapter.info;
  const key = [kind, vendor, architecture, card, description, navigator.userAgent, version].join("; ");
  const note = await checkOnce(opened, kind === "webgpu" ? "float32" : "float16", key, passedHere);
  if (note) tell(note);
  return opened;
}

/** The version of ONNX Runtime, for provenance; empty until a device is open. */
export function runtimeVersion(): string {
  return version;
}
