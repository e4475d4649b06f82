/** Requests to a model on a device. */
import {buildFeatures, buildGraph, type GraphRequest, type MethodRequest} from "./build.js";
import {gridOf} from "./geometry.js";
import {prefixLength} from "../records/record.js";
import type {Model} from "./model.js";
import type {WindowFeatures} from "./segmentation/scores.js";
import {Sessions, type Device, type Input, type Output} from "./sessions.js";

export type {Device, Output} from "./sessions.js";

/** Images for a network: B × 3 × height × width, normalised. */
export interface Pixels extends Input {
  dims: readonly [number, number, number, number];
}

/** The largest buffer that every WebGPU device can bind, in bytes. */
const everyBuffer = 2 ** 27;

/** Runs a model's graphs on a device, one at a time. */
export class Engine {
  private readonly sessions: Sessions;

  /** @param keep how many requests' sessions are kept */
  constructor(
    readonly model: Model,
    readonly device: Device,
    keep = 4
  ) {
    this.sessions = new Sessions(model.checkpoint, device, keep);
  }

  /**
   * Runs one request.
   *
   * @throws RangeError for an unknown method, option or output; Error when the device fails
   */
  run(request: GraphRequest, pixels: Pixels): Promise<Record<string, Output>> {
    return this.sessions.run(JSON.stringify(request), () => buildGraph(this.model, request), {pixels});
  }

  /**
   * Dense features of several methods in one pass, in the order of the methods.
   *
   * @param further what a request needs besides pixels
   * @throws RangeError for an unknown method or option; Error when the device fails
   */
  async features(
    methods: readonly MethodRequest[],
    pixels: Pixels,
    further: Readonly<Record<string, Input>> = {}
  ): Promise<WindowFeatures[]> {
    const [, , height, width] = pixels.dims;
    const grid = gridOf(this.model.geometry, height, width);
    const results = await this.sessions.run(
      JSON.stringify([methods, grid]),
      () => buildFeatures(this.model, methods, grid),
      {pixels, ...further}
    );
    return methods.map((_, i) => {
      const {dims, data} = results[`features.${i}`];
      return {grid, width: dims[2], data: data as Float32Array};
    });
  }

  /**
   * Runs a graph that is no request, kept under its name with the others.
   *
   * @throws whatever `build` throws; Error when the device fails
   */
  runGraph(
    name: string,
    build: () => Uint8Array,
    inputs: Readonly<Record<string, Input>>
  ): Promise<Record<string, Output>> {
    return this.sessions.run(name, build, inputs);
  }

  /** How many images are best run at once: as many as the device likes, while their largest tensor fits any device. */
  imagesAtOnce(patches: number): number {
    const {heads, mlp, prefix} = this.model.geometry;
    const tokens = prefixLength(prefix) + patches;
    const largest = 4 * tokens * Math.max(heads * tokens, mlp);
    return Math.max(1, Math.min(this.device.windows, Math.floor(everyBuffer / largest)));
  }

  /** Gives the sessions' memory back. */
  close(): Promise<void> {
    return this.sessions.close();
  }
}
