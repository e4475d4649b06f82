/** Requests to a model on a device. */
import {buildFeatures, buildGraph, type GraphRequest, type MethodRequest} from "./build.js";
import {gridOf} from "./geometry.js";
import {prefixLength, type Grid} from "../records/record.js";
import {gigabytes, largestTensor, needMemory, type PlannedRun} from "./memory.js";
import {methodNamed} from "./methods/index.js";
import type {Corner} from "./methods/method.js";
import type {Model} from "./model.js";
import {recolour, type Colours} from "./image/normalise.js";
import type {WindowFeatures} from "./segmentation/scores.js";
import {Sessions, type Device, type Input, type Output} from "./sessions.js";

export type {Device, Output} from "./sessions.js";

/** Images for a network: B × 3 × height × width, normalised. */
export interface Pixels extends Input {
  dims: readonly [number, number, number, number];
  /** Where the images were cut out of one picture, for methods that see all windows; and how many windows it has. */
  corners?: readonly Corner[];
  windows?: number;
}

/** Patches that can be compared with each other: the matrix then has 2 GiB. */
const mostCompared = 23_000;

/** Matrices of such comparisons that the runtime holds at once. */
const comparedMatrices = 4;

/** A method asked for without the second model that it looks through. */
export class NoProxyError extends RangeError {
  constructor(method: string) {
    super(`${method} looks through a second model, such as DINO: name it with --proxy MODEL.`);
  }
}

/** What to do about a device that computes wrongly. */
export const otherArithmetic = "Use float32 arithmetic, or the CPU (--device cpu; WebAssembly in the page).";

/** The largest buffer that every WebGPU device can bind, in bytes. */
const everyBuffer = 2 ** 27;

/** Runs a model's graphs on a device, one at a time. */
export class Engine {
  private readonly sessions: Sessions;

  /**
   * @param keep how many requests' sessions are kept
   * @param proxy the second model, for methods that look through two
   */
  constructor(
    readonly model: Model,
    readonly device: Device,
    keep = 4,
    readonly proxy?: Engine
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
    const {methods, inputs} = await this.completed([request], pixels);
    const whole = {...request, ...methods[0]};
    const results = await this.sessions.run(JSON.stringify(whole), () => buildGraph(this.model, whole), inputs);
    for (const [name, output] of Object.entries(results))
      if (/^(features|image|logits|(norms|class|diagonal|tokens)\.)/.test(name)) this.needNumbers(name, output);
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
    const {methods: whole, inputs} = await this.completed(methods, pixels);
    const results = await this.sessions.run(
      JSON.stringify([whole, grid]),
      () => buildFeatures(this.model, whole, grid),
      {...inputs, ...further}
    );
    return whole.map(({external}, i) => {
      const {dims, data} = results[`features.${i}`];
      this.needNumbers("features", results[`features.${i}`]);
      return {grid: external?.grid ?? grid, width: dims[2], data: data as Float32Array};
    });
  }

  /**
   * Rows of this model as the second one of two, for pixels that are normalised for the first: the features of its last
   * block, or the keys that block computes, heads side by side.
   *
   * @param colours of the first model
   */
  async rowsFor(pixels: Pixels, colours: Colours, rows: "features" | "keys" = "features"): Promise<WindowFeatures> {
    const {geometry} = this.model;
    const [, , height, width] = pixels.dims;
    const grid = gridOf(geometry, height, width);
    const output = rows === "features" ? "features" : `keys.${geometry.layers}`;
    const seen = {dims: pixels.dims, data: recolour(pixels.data, height * width, colours, geometry)};
    const {[output]: found} = await this.run({method: "clip", grid, outputs: [output]}, seen);
    return {grid, width: found.dims[2], data: found.data as Float32Array};
  }

  /** Requests and inputs with what methods need besides pixels: a second model's features, and where windows lie. */
  private async completed<R extends MethodRequest>(
    methods: readonly R[],
    pixels: Pixels
  ): Promise<{methods: R[]; inputs: Record<string, Input>}> {
    const known = methods.map(({method}) => methodNamed(method));
    const inputs: Record<string, Input> = {pixels: {dims: pixels.dims, data: pixels.data}};
    const reads = known.map(({proxy}) => proxy === "needed" || (proxy === "optional" && this.proxy !== undefined));
    let external: MethodRequest["external"];
    if (reads.includes(true)) {
      if (!this.proxy) throw new NoProxyError(known.find(({proxy}) => proxy === "needed")!.name);
      const {grid, width, data} = await this.proxy.rowsFor(pixels, this.model.geometry);
      external = {grid, width};
      inputs.external = {dims: [pixels.dims[0], grid[0] * grid[1], width], data};
    }
    const corners = pixels.corners ?? [[0, 0]];
    const whole = pixels.dims[0] === corners.length && (pixels.windows ?? 1) === corners.length;
    const completed = methods.map((request, i) => {
      if (known[i].sharesWindows)
        this.needComparable(
          known[i].name,
          corners.length,
          external?.grid ?? gridOf(this.model.geometry, pixels.dims[2], pixels.dims[3])
        );
      if (known[i].sharesWindows && !whole)
        throw new RangeError(
          `${known[i].name} takes all windows of one picture at once, and has to know where they lie.`
        );
      return {
        ...request,
        ...(reads[i] ? {external} : {}),
        ...(known[i].sharesWindows ? {corners} : {})
      };
    });
    return {methods: completed, inputs};
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

  /** @throws Error that names the first image with a value that is NaN or infinite, or whose numbers a device left out */
  private needNumbers(name: string, {dims, data}: Output): void {
    const at = data.findIndex((value) => !Number.isFinite(value));
    if (at < 0) return this.needVariety(name, {dims, data});
    const image = Math.floor(at / (data.length / dims[0])) + 1;
    throw new Error(
      `${this.model.id} computed ${data[at]} in the ${name.replace(/\.(\d+)$/, " of layer $1")}${dims[0] > 1 ? ` of image ${image}` : ""}: the pixels' values are too large, or the weights are damaged.`
    );
  }

  /**
   * Some drivers answer with zeros, or one number throughout, and report no failure. Features always differ somewhere;
   * of norms and class rows only zeros throughout are impossible.
   *
   * @throws Error that says what to compute with instead
   */
  private needVariety(name: string, {dims, data}: Output): void {
    const size = data.length / dims[0];
    if (size < 2 || !/^(features|tokens|norms|class)/.test(name)) return;
    const mayBeEven = /^(norms|class)/.test(name);
    for (let image = 0; image < dims[0]; ++image) {
      const own = data.subarray(image * size, (image + 1) * size);
      if ((mayBeEven && own[0] !== 0) || own.some((value) => value !== own[0])) continue;
      throw new Error(
        `${this.device.name} computed ${own[0]} for every number of the ${name.replace(/\.(\d+)$/, " of layer $1")}${dims[0] > 1 ? ` of image ${image + 1}` : ""}: it does not compute ${this.model.id} correctly. ${otherArithmetic}`
      );
    }
  }

  /** Every patch of every window is compared with every other: their number has a limit. */
  private needComparable(method: string, windows: number, grid: Grid): void {
    const count = windows * grid[0] * grid[1];
    if (count > mostCompared)
      throw new RangeError(
        `${method} compares all patches of all windows, ${count} here, and at most ${mostCompared} are possible: take a smaller picture or a larger stride.`
      );
    const bytes = 4 * comparedMatrices * count ** 2;
    const free = this.device.limits?.free?.() ?? Infinity;
    if (bytes > free)
      throw new RangeError(
        `${method} compares all patches of all windows, ${count} here, which takes about ${gigabytes(bytes)}, and ${gigabytes(free)} are free: take a smaller picture or a larger stride.`
      );
  }

  /** How many images are best run at once: as many as the device likes, while their largest tensor fits any device. */
  imagesAtOnce(patches: number): number {
    const {geometry} = this.model;
    const largest = largestTensor(geometry, 1, prefixLength(geometry.prefix) + patches);
    return Math.max(1, Math.min(this.device.windows, Math.floor(everyBuffer / largest)));
  }

  /** Gives the sessions' memory back, the second model's too. */
  async close(): Promise<void> {
    await this.sessions.close();
    await this.proxy?.close();
  }
}
