/** ONNX Runtime sessions of graphs that are built when first needed. */
import type * as Ort from "onnxruntime-common";
import {weightsFile, type Model} from "../model/model.js";
import type {Device, Output} from "../model/runtime.js";

/** What goes into a graph, by name. */
export type Feeds = Readonly<Record<string, {dims: readonly number[]; data: Float32Array | Uint8Array}>>;

/** Keeps the most recently used sessions. The caller runs one at a time. */
export class Sessions {
  private readonly kept = new Map<string, Ort.InferenceSession>();

  constructor(
    private readonly model: Model,
    private readonly device: Device,
    private readonly most: number
  ) {}

  /** Runs the graph of a name; `build` makes it where it is not there yet. */
  async run(name: string, build: () => Uint8Array, feeds: Feeds): Promise<Record<string, Output>> {
    const session = await this.session(name, build);
    const {Tensor} = this.device.ort;
    const inputs = Object.entries(feeds).map(([input, {data, dims}]) => [
      input,
      data instanceof Uint8Array ? new Tensor("bool", data, dims) : new Tensor("float32", data, dims)
    ]);
    const results = await session.run(Object.fromEntries(inputs) as Record<string, Ort.Tensor>);
    return Object.fromEntries(
      Object.entries(results).map(([output, {dims, data}]) => [output, {dims, data: data as Float32Array | Uint8Array}])
    );
  }

  /** Gives all memory back. */
  async close(): Promise<void> {
    for (const [name, session] of this.kept) {
      this.kept.delete(name);
      await session.release();
    }
  }

  private async session(name: string, build: () => Uint8Array): Promise<Ort.InferenceSession> {
    const known = this.kept.get(name);
    this.kept.delete(name);
    const session =
      known ??
      (await this.device.ort.InferenceSession.create(build(), {
        ...this.device.session,
        externalData: [{path: weightsFile, data: this.model.checkpoint.bytes}]
      }));
    this.kept.set(name, session);
    for (const [oldest, unused] of this.kept) {
      if (this.kept.size <= this.most) break;
      this.kept.delete(oldest);
      await unused.release();
    }
    return session;
  }
}
