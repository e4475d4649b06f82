/** Requests to a model on a device. */
import {buildFeatures, buildGraph, type GraphRequest, type MethodRequest} from "./build.js";
import {gridOf} from "./geometry.js";
import {prefixLength} from "../records/record.js";
import {largestTensor, needMemory, type PlannedRun} from "./memory.js";
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
   * @throws RangeError for an unknown method, option or output; MemoryError before a run that would not fit; Error when
   *   the device fails, or norms or features come out that are not numbers
   */
  async run(request: GraphRequest, pixels: Pixels): Promise<Record<string, Output>> {
    this.needMemory({dims: pixels.dims, outputs: request.outputs});
    const results = await this.sessions.run(JSON.stringify(request), () => buildGraph(this.model, request), {pixels});
    for (const [name, output] of Object.entries(results))
      if (/^(features|norms\.)/.test(name)) this.needNumbers(name, output);
    return results;
  }

  /**
   * Dense features of several methods in one pass, in the order of the methods.
   *
   * @param further what a request needs besides pixels
   * @throws RangeError for an unknown method or option; MemoryError before a run that would not fit; Error when the
   *   device fails, or features come out that are not numbers
   */
  async features(
    methods: readonly MethodRequest[],
    pixels: Pixels,
    further: Readonly<Record<string, Input>> = {}
  ): Promise<WindowFeatures[]> {
    const [, , height, width] = pixels.dims;
    const grid = gridOf(this.model.geometry, height, width);
    this.needMemory({dims: pixels.dims});
    const results = await this.sessions.run(
      JSON.stringify([methods, grid]),
      () => buildFeatures(this.model, methods, grid),
      {pixels, ...further}
    );
    return methods.map((_, i) => {
      const {dims, data} = results[`features.${i}`];
      this.needNumbers("features", results[`features.${i}`]);
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

  /**
   * Refuses a run that the device has no memory for.
   *
   * @throws MemoryError that says which size fits
   */
  needMemory(run: PlannedRun): void {
    const {geometry} = this.model;
    needMemory(geometry, this.device.limits ?? {}, {prefix: prefixLength(geometry.prefix), ...run});
  }

  /** @throws Error that names the first image with a value that is NaN or infinite */
  private needNumbers(name: string, {dims, data}: Output): void {
    const at = data.findIndex((value) => !Number.isFinite(value));
    if (at < 0) return;
    const image = Math.floor(at / (data.length / dims[0])) + 1;
    throw new Error(
      `${this.model.id} computed ${data[at]} in the ${name.replace(/\.(\d+)$/, " of layer $1")}${dims[0] > 1 ? ` of image ${image}` : ""}: the pixels' values are too large, or the weights are damaged.`
    );
  }

  /** How many images are best run at once: as many as the device likes, while their largest tensor fits any device. */
  imagesAtOnce(patches: number): number {
    const {geometry} = this.model;
    const largest = largestTensor(geometry, 1, prefixLength(geometry.prefix) + patches);
    return Math.max(1, Math.min(this.device.windows, Math.floor(everyBuffer / largest)));
  }

  /** Gives the sessions' memory back. */
  close(): Promise<void> {
    return this.sessions.close();
  }
}
