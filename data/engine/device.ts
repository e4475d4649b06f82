/** Devices that Node can run graphs on. */
import * as ort from "onnxruntime-node";
import type {Device} from "../../components/model/runtime.js";

/** A CPU device. @param threads 0 leaves the number to ONNX Runtime */
export function cpu(threads = 0): Device {
  return {
    name: threads ? `cpu, ${threads} thread${threads > 1 ? "s" : ""}` : "cpu",
    ort,
    session: {executionProviders: ["cpu"], intraOpNumThreads: threads, logSeverityLevel: 3}
  };
}
