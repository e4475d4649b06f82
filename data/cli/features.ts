import {denseFeatures, openEngine, openModel, openProxy} from "../engine/index.js";
import {imageFiles, inputHelp, inputOptions, readPixels} from "./inputs.js";
import {writeNpy} from "../files/npy.js";
import {checkIntervene, interveneHelp, intervened, interveneOptions} from "./intervene.js";
import {
  deviceName,
  modelHelp,
  modelOptions,
  modelSettings,
  parse,
  chosenThreads,
  UsageError,
  wholeNumber
} from "./options.js";
import type {Streams} from "../files/output.js";
import type {Pixels} from "../../components/model/runtime.js";
import {cutWindows, tile} from "../../components/model/segmentation/windows.js";
import {keyValues} from "../../components/analysis/options.js";
import {claimFiles, deliver} from "../files/output.js";

export const help = `features --image FILE [options]
  Dense features before L2 normalisation: a float32 .npy of shape (B, N, E), patches in row-major order.
  --crop N            windows of N px instead of the whole picture, in reading order: (windows, N, E)
  --stride N          from one window to the next (default half a window)
${inputHelp}
${interveneHelp}
${modelHelp}`;

export async function run(args: string[], streams: Streams): Promise<number> {
  const {values} = parse({
    args,
    options: {...modelOptions, ...interveneOptions, ...inputOptions, crop: {type: "string"}, stride: {type: "string"}}
  });
  const files = imageFiles(values.image);
  if (files.length > 1) throw new UsageError("features takes one --image; an .npy may hold a batch.");
  if (values.out === undefined && (streams.stdout as NodeJS.WriteStream).isTTY)
    throw new UsageError("The features are binary: give --out FILE, or redirect standard output.");
  claimFiles([values.out], {inputs: files});
  checkIntervene(values.intervene);
  const on = {device: deviceName(values.device), threads: chosenThreads(values.threads, streams)};
  const proxy = await openProxy(values.method, values.proxy);
  const model = await intervened(await openModel(values.model, modelSettings(values)), values.intervene);
  const engine = openEngine(model, {...on, proxy});
  const whole = await readPixels(files[0], values, {engine, stderr: streams.stderr});
  const pixels = windowsOf(whole, values);
  const {width, grid, data} = await denseFeatures(engine, pixels, values.method, keyValues(values.option));
  const shape = [pixels.dims[0], grid[0] * grid[1], width];
  deliver(writeNpy({shape, data}), values.out, streams);
  streams.stderr.write(
    `${model.id}, ${values.method}: (${shape.join(", ")}), grid ${grid.join(" × ")}, on ${engine.device.name}\n`
  );
  await engine.close();
  return 0;
}

/** The windows of one picture, all of them; or the pixels as they are where no window is asked for. */
function windowsOf(pixels: Pixels, words: {crop?: string; stride?: string}): Pixels {
  if (words.crop === undefined) {
    if (words.stride !== undefined) throw new UsageError("--stride is for windows: give --crop too.");
    return pixels;
  }
  const crop = wholeNumber("crop", words.crop, 1);
  const stride = words.stride === undefined ? Math.ceil(crop / 2) : wholeNumber("stride", words.stride, 1);
  const [batch, , height, width] = pixels.dims;
  if (batch > 1) throw new UsageError("--crop cuts windows out of one picture; this file holds a batch.");
  const tiling = tile(height, width, {crop, stride});
  return cutWindows({height, width, data: pixels.data}, tiling, 0, tiling.rows.length * tiling.columns.length);
}
