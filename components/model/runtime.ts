/** One small interface over ONNX Runtime, the same in Node and in the browser. */
import type * as Ort from "onnxruntime-common";
import {buildGraph, type GraphRequest} from "./build.js";
import {weightsFile, type Model} from "./model.js";

/** A float32 tensor that goes into a network. */
export interface Pixels {
  /** B × 3 × height × width, normalised. */
  dims: readonly [number, number, number, number];
  data: Float32Array;
}

/** A tensor that came out: float32, or bytes for masks. */
export interface Output {
  dims: readonly number[];
  data: Float32Array | Uint8Array;
}

/** Where graphs run. */
export interface Device {
  /** As captions show it: "cpu, 2 threads", "webgpu (NVIDIA H100)". */
  name: string;
  ort: {InferenceSession: Ort.InferenceSessionFactory; Tensor: Ort.TensorConstructor};
  /** Execution providers and threads. */
  session: Ort.InferenceSession.SessionOptions;
}

const turns = new WeakMap<Device["ort"], Promise<unknown>>();

/**
 * Does the work when everything asked for before on the same runtime is done: on WebGPU, runs and sessions made at
 * the same time break each other. Work must not ask for a turn of its own.
 */
export function inTurn<T>({ort}: Device, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(ort) ?? Promise.resolve()).then(work, work);
  turns.set(
    ort,
    turn.catch(() => {})
  );
  return turn;
}

/** Runs a model's graphs on a device, one at a time. Sessions are kept, so that asking again costs only the run. */
export class Engine {
  private readonly sessions = new Map<string, Promise<Ort.InferenceSession>>();

  constructor(
    readonly model: Model,
    readonly device: Device,
    /** How many sessions are kept; each holds a copy of the weights. */
    private readonly keep = 4
  ) {}

  /**
   * Runs one request.
   *
   * @throws RangeError for an unknown method, option or output; Error when the device fails
   */
  run(request: GraphRequest, pixels: Pixels): Promise<Record<string, Output>> {
    return inTurn(this.device, async () => {
      const session = await this.session(request);
      const {data, dims} = pixels;
      const input = new this.device.ort.Tensor("float32", data, dims);
      const results = await session.run({pixels: input});
      return Object.fromEntries(
        request.outputs.map((name) => {
          const {data, dims} = results[name];
          return [name, {dims, data: data as Float32Array | Uint8Array}];
        })
      );
    });
  }

  /** Gives the sessions' memory back. */
  close(): Promise<void> {
    return inTurn(this.device, async () => {
      for (const key of this.sessions.keys()) await this.release(key);
    });
  }

  private async session(request: GraphRequest): Promise<Ort.InferenceSession> {
    const key = JSON.stringify(request);
    const known = this.sessions.get(key);
    if (known) {
      // The most recently used one is the last to go.
      this.sessions.delete(key);
      this.sessions.set(key, known);
      return known;
    }
    while (this.sessions.size >= this.keep) await this.release(this.sessions.keys().next().value!);
    const graph = buildGraph(this.model, request);
    const created = this.device.ort.InferenceSession.create(graph, {
      ...this.device.session,
      externalData: [{path: weightsFile, data: this.model.checkpoint.bytes}]
    });
    this.sessions.set(key, created);
    created.catch(() => this.sessions.delete(key));
    return created;
  }

  private async release(key: string): Promise<void> {
    const session = this.sessions.get(key);
    this.sessions.delete(key);
    await (await session?.catch(() => undefined))?.release();
  }
}
