/** Telling failures apart: ONNX Runtime and browsers report them in words only. */
import {reasonOf} from "../ui/reason.js";
import {RemoteWeightsError} from "./catalog.js";
import {MemoryError} from "../model/memory.js";
import type {Failure} from "./protocol.js";

/** A failure of the worker, in the page. */
export class LiveError extends Error {
  override name = "LiveError";
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

const lostDevice =
  /device (was|is) (lost|destroyed)|lost device|GPUDevice.*(lost|destroyed)|mapAsync|A valid external Instance/i;
const noMemory =
  /out of memory|bad_alloc|memory access out of bounds|allocat|Array buffer allocation|Invalid typed array length|exceeds the max buffer size|Aborted\(/i;

/** Names what went wrong, and says what to do where that is known. */
export function failureOf(error: unknown): Failure {
  const text = reasonOf(error);
  if (error instanceof DOMException && error.name === "AbortError") return {kind: "cancelled", message: "Cancelled."};
  if (error instanceof RemoteWeightsError) return {kind: "remote", message: text};
  if (error instanceof MemoryError) return {kind: "memory", message: `${text} Choose a smaller size.`};
  if (lostDevice.test(text)) return {kind: "device", message: "The GPU was lost while it was working."};
  if (noMemory.test(text))
    return {kind: "memory", message: "There is not enough memory for a picture of this size. Choose a smaller size."};
  return {kind: "other", message: text};
}
