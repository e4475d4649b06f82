/** One small interface over ONNX Runtime, the same in Node and in the browser: graphs, built when they are first needed. */
import type * as Ort from "onnxruntime-common";
import type {MemoryLimits} from "./memory.js";
import {weightsFile} from "./model.js";
import type {Checkpoint} from "./safetensors.js";

/** Hears what a device was busy with, in ms: making a session, or a run with what goes in and comes out. */
export interface Watch {
  made(ms: number): void;
  ran(ms: number): void;
}

/** Where graphs run. */
export interface Device {
  /** As captions show it: "cpu, 2 threads", "webgpu (NVIDIA H100)". */
  name: string;
  ort: {InferenceSession: Ort.InferenceSessionFactory; Tensor: Ort.TensorConstructor};
  /** Execution providers and threads. */
  session: Ort.InferenceSession.SessionOptions;
  /** How many windows are best run at once: one on a processor, where more gain nothing. */
  windows: number;
  /** What memory it has, as far as that is known. */
  limits?: MemoryLimits;
  watch?: Watch;
}

/** A float32 tensor that goes in. */
export interface Input {
  dims: readonly number[];
  data: Float32Array;
}

/** A tensor that came out: float32, or bytes for masks. */
export interface Output {
  dims: readonly number[];
  data: Float32Array | Uint8Array;
}

const turns = new WeakMap<Device["ort"], Promise<unknown>>();

/**
 * Does the work when everything asked for before on the same runtime is done: on WebGPU, runs and sessions made at
 * the same time break each other. Work must not ask for a turn of its own.
 */
function inTurn<T>({ort}: Device, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(ort) ?? Promise.resolve()).then(work, work);
  turns.set(
    ort,
    turn.catch(() => {})
  );
  return turn;
}

/** A checkpoint's files under the names that graphs have for them. */
function externalData({bytes, more}: Checkpoint) {
  return [
    // The runtime refuses files without bytes; shards leave none here.
    ...(bytes.length ? [{path: weightsFile, data: bytes}] : []),
    ...Array.from(more ?? [], ([path, data]) => ({path, data}))
  ];
}

/** Runs graphs on a checkpoint's weights and keeps the sessions that were used last: asking again costs only the run. */
export class Sessions {
  /** The one used last is last. */
  private readonly kept = new Map<string, Ort.InferenceSession>();

  /** @param most how many sessions are kept; each holds a copy of the weights that its graph uses */
  constructor(
    private readonly checkpoint: Checkpoint,
    private readonly device: Device,
    private readonly most: number
  ) {}

  /**
   * Runs the graph of a name when everything asked for before on this runtime is done.
   *
   * @param build makes the graph where it is not there yet
   * @throws whatever `build` throws; Error when the device fails
   */
  run(name: string, build: () => Uint8Array, inputs: Readonly<Record<string, Input>>): Promise<Record<string, Output>> {
    return inTurn(this.device, async () => {
      const session = await this.session(name, build);
      const {Tensor} = this.device.ort;
      const feeds: Record<string, Ort.Tensor> = {};
      for (const [input, {dims, data}] of Object.entries(inputs)) feeds[input] = new Tensor("float32", data, dims);
      const results: Record<string, Output> = {};
      const start = performance.now();
      const found = await session.run(feeds);
      this.device.watch?.ran(performance.now() - start);
      for (const [output, {dims, data}] of Object.entries(found))
        results[output] = {dims, data: data as Float32Array | Uint8Array};
      return results;
    });
  }

  /** Gives the sessions' memory back. */
  close(): Promise<void> {
    return inTurn(this.device, () => this.release(0));
  }

  private async session(name: string, build: () => Uint8Array): Promise<Ort.InferenceSession> {
    const known = this.kept.get(name);
    this.kept.delete(name);
    if (!known) await this.release(this.most - 1);
    const session = known ?? (await this.make(build()));
    this.kept.set(name, session);
    return session;
  }

  private async make(graph: Uint8Array): Promise<Ort.InferenceSession> {
    const start = performance.now();
    const session = await this.device.ort.InferenceSession.create(graph, {
      ...this.device.session,
      externalData: externalData(this.checkpoint)
    });
    this.device.watch?.made(performance.now() - start);
    return session;
  }

  /** Lets go of all but the last `most` sessions. */
  private async release(most: number): Promise<void> {
    for (const [name, session] of this.kept) {
      if (this.kept.size <= most) break;
      this.kept.delete(name);
      await session.release();
    }
  }
}
