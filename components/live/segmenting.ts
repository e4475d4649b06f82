/** Masks of one picture under several methods, the whole picture first and then window by window. */
import {gridOf} from "../model/geometry.js";
import type {Picture} from "../model/image/pixels.js";
import {resizeBicubic} from "../model/image/resample-bicubic.js";
import type {Engine} from "../model/runtime.js";
import {segment, type SegmentSettings} from "../model/segmentation/segment.js";
import type {Turn} from "./live.worker.js";
import type {SegmentAsk} from "./protocol.js";

/** Masks are drawn at most this long: more pixels than a page shows only cost time. */
const longest = 1024;

/** Windows given to the network at once. One: a mask's progress is seen, and its memory is that of one window. */
const batch = 1;

/**
 * Segments the picture with each method in turn. With sliding windows, a mask of the whole picture in one
 * window is told first.
 */
export async function segmentPicture(
  engine: Engine,
  original: Picture,
  {methods, classes, text, settings, probabilities}: SegmentAsk,
  {signal, tell}: Turn
): Promise<null> {
  const picture = reduced(original);
  const {geometry} = engine.model;
  const one = async (
    name: string,
    options: SegmentAsk["methods"][number]["options"],
    how: Partial<SegmentSettings>
  ) => {
    const start = performance.now();
    const {
      width,
      height,
      labels,
      windows,
      probabilities: found
    } = await segment({
      image: picture,
      colours: geometry,
      text: text.vectors,
      classes,
      settings: how,
      padTo: geometry.patch,
      batch,
      probabilities: probabilities ? "all" : "none",
      signal,
      onProgress: ({stage, done}) =>
        tell({
          progress: {stage: "segmentation", method: name, done: stage === "features" ? 0.9 * done : 0.9 + 0.1 * done}
        }),
      features: async (pixels) => {
        await new Promise((resolve) => setTimeout(resolve));
        signal.throwIfAborted();
        const [, , rows, columns] = pixels.dims;
        const grid = gridOf(geometry, rows, columns);
        const {features} = await engine.run({method: name, options, grid, outputs: ["features"]}, pixels);
        return {grid, width: features.dims[2], data: features.data as Float32Array};
      }
    });
    return {
      method: name,
      width,
      height,
      labels,
      windows,
      probabilities: found,
      milliseconds: performance.now() - start
    };
  };
  for (const {name, options} of methods) {
    const sliding = settings.crop !== 0;
    // One window of the trained size shows in a moment what the windows will refine.
    if (sliding) tell({mask: await one(name, options, {...settings, crop: 0, short: settings.crop ?? 224})});
    const mask = await one(name, options, settings);
    tell({mask});
  }
  return null;
}

/** The picture at the size at which masks are drawn. */
export function reduced(picture: Picture): Picture {
  const factor = longest / Math.max(picture.width, picture.height);
  if (factor >= 1) return picture;
  const side = (length: number) => Math.max(1, Math.round(length * factor));
  return resizeBicubic(picture, side(picture.width), side(picture.height));
}
