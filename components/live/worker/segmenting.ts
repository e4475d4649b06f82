/** Masks of one picture under several methods: the whole picture first, then window by window. */
import type {Picture} from "../../model/image/pixels.js";
import {resizeBicubic} from "../../model/image/resample-bicubic.js";
import type {Engines} from "../../model/compute.js";
import type {PixelPlanes} from "../../model/image/normalise.js";
import {knownOptions} from "../../model/known.js";
import {methodNamed} from "../../model/methods/index.js";
import type {Engine} from "../../model/runtime.js";
import {featuresTogether, type MethodRun} from "../../model/segmentation/together.js";
import {
  defaultSettings,
  labelPixels,
  scoreWindows,
  type SeenWindows,
  type SegmentSettings,
  type ShellInput
} from "../../model/segmentation/segment.js";
import type {PixelBatch} from "../../model/segmentation/windows.js";
import type {Turn} from "./turn.js";
import type {LiveMask, SegmentAsk} from "../protocol.js";

/** Masks are drawn at most this long: more pixels than a page shows only cost time. */
const longest = 1024;

/** How the work goes on, beside what is asked. */
export interface Pace {
  /** Windows given to the network at once; a cancellation is heard between batches. */
  batch?: number;
  /** Masks are drawn anew at most this often, in ms; less often where they take longer than a few. */
  pause?: number;
}

/** What drawing masks anew may take before pauses grow: of a second, a tenth. */
const fewMilliseconds = 100;

/**
 * Segments the picture with all methods in one pass, so that what they compute alike is computed once. With sliding
 * windows, masks of the whole picture in one window are told first, and then what is new as rows of windows are done.
 */
export async function segmentPicture(
  {engine, proxied}: Engines,
  original: Picture,
  {methods, classes, text, settings, probabilities}: SegmentAsk,
  {signal, tell}: Turn,
  {batch = windowsAtOnce(engine, settings), pause: leastPause = 1000}: Pace = {}
): Promise<null> {
  const image = reduced(original);
  const {geometry} = engine.model;
  const names = methods.map(({name}) => name);
  const together = featuresTogether(runsOf({engine, proxied}, methods), {text: text.vectors, classes});
  const progress = (done: number) => tell({progress: {stage: "segmentation", methods: names, done}});

  const shell = (how: Partial<SegmentSettings>): ShellInput => ({
    image,
    colours: geometry,
    padTo: geometry.patch,
    text: text.vectors,
    classes,
    settings: how,
    // Windows that see each other are run together.
    batch: names.some((name) => methodNamed(name).sharesWindows) ? "all" : batch,
    signal
  });
  const features = async (windows: PixelBatch, whole: PixelPlanes) => {
    // Lets messages in, so that a cancellation is heard.
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
    return together(windows, whole, image, {signal});
  };
  /** The mask of a method by the windows seen since `start`. */
  const mask = async (input: ShellInput, seen: SeenWindows, method: number, start: number): Promise<LiveMask> => {
    const {windows: of, ...labelled} = await labelPixels(input, seen, method);
    return {method: names[method], windows: seen.done, of, milliseconds: performance.now() - start, ...labelled};
  };
  /** Tells each method's mask; meanwhile the done fraction goes from `from` to `to`. */
  const finish = async (
    input: ShellInput,
    seen: SeenWindows,
    start: number,
    from: number,
    to: number
  ): Promise<LiveMask[]> => {
    const masks: LiveMask[] = [];
    for (const method of names.keys()) {
      progress(from + ((to - from) * method) / names.length);
      masks.push(await mask({...input, probabilities: probabilities ? "all" : "none"}, seen, method, start));
      tell({mask: masks.at(-1)!});
    }
    return masks;
  };

  /** Masks of the whole picture in one window. */
  const look = async (how: Partial<SegmentSettings>, share: number): Promise<LiveMask[]> => {
    const input = shell({...how, crop: 0});
    const start = performance.now();
    const {value} = await scoreWindows(input, features).next();
    return finish(input, value!, start, share / 2, share);
  };

  const slide = async (coarse: readonly LiveMask[]): Promise<void> => {
    const input = shell(settings);
    const start = performance.now();
    let [told, pause, rows] = [start, leastPause, 0];
    for await (const seen of scoreWindows(input, features)) {
      if (seen.done === seen.windows) return void (await finish(input, seen, start, 0.9, 1));
      progress(0.1 + (0.8 * seen.done) / seen.windows);
      const complete = seen.scores[0].tiling.rows.length;
      const now = performance.now();
      if (complete === rows || now - told < pause) continue;
      rows = complete;
      for (const method of names.keys()) {
        const upper = await mask(input, seen, method, start);
        tell({mask: {...upper, labels: upperRows(upper, coarse[method], coveredShare(seen))}});
      }
      told = performance.now();
      pause = leastPause * Math.max(1, (told - now) / fewMilliseconds);
    }
  };

  progress(0);
  if (settings.crop === 0) await look(settings, 1);
  // One window of the trained size shows in a moment what the windows will refine.
  else await slide(await look({...settings, short: settings.crop ?? defaultSettings.crop}, 0.1));
  return null;
}

/** Each method on the engine that runs it. */
function runsOf({engine, proxied}: Engines, methods: SegmentAsk["methods"]): MethodRun[] {
  return methods.map(({name, options = knownOptions(engine.model.id, name), proxied: through}) => {
    if (through && !proxied) throw new Error("No second model is open.");
    return {engine: through ? proxied! : engine, method: name, options};
  });
}

/** Windows to be run at once. */
export function windowsAtOnce(engine: Engine, {crop = defaultSettings.crop}: Partial<SegmentSettings>): number {
  return engine.imagesAtOnce(Math.ceil(crop / engine.model.geometry.patch) ** 2);
}

/** The share of the picture's height that the windows seen so far cover. */
function coveredShare({pixels, scores}: SeenWindows): number {
  const {start, length} = scores[0].tiling.rows.at(-1)!;
  return (start + length) / pixels.height;
}

/** The upper rows of one mask, the rest of another. */
function upperRows({labels, width, height}: LiveMask, {labels: below}: LiveMask, share: number): LiveMask["labels"] {
  const mixed = below.slice();
  mixed.set(labels.subarray(0, Math.floor(share * height) * width));
  return mixed;
}

/** The picture at the size at which masks are drawn. */
export function reduced(picture: Picture): Picture {
  const factor = longest / Math.max(picture.width, picture.height);
  if (factor >= 1) return picture;
  const side = (length: number) => Math.max(1, Math.round(length * factor));
  return resizeBicubic(picture, side(picture.width), side(picture.height));
}
