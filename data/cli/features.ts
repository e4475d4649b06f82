import {denseFeatures, openEngine, openModel} from "../engine/index.js";
import {imageFiles, inputHelp, inputOptions, readPixels} from "./inputs.js";
import {writeNpy} from "../files/npy.js";
import {deviceName, modelHelp, modelOptions, modelSettings, parse, threadCount, UsageError} from "./options.js";
import type {Streams} from "../files/output.js";
import {keyValues} from "../../components/analysis/options.js";
import {claimFiles, deliver} from "../files/output.js";

export const help = `features --image FILE [options]
  Dense features before L2 normalisation: a float32 .npy of shape (B, N, E), patches in row-major order.
${inputHelp}
${modelHelp}`;

export async function run(args: string[], streams: Streams): Promise<number> {
  const {values} = parse({args, options: {...modelOptions, ...inputOptions}});
  const files = imageFiles(values.image);
  if (files.length > 1) throw new UsageError("features takes one --image; an .npy may hold a batch.");
  if (values.out === undefined && (streams.stdout as NodeJS.WriteStream).isTTY)
    throw new UsageError("The features are binary: give --out FILE, or redirect standard output.");
  claimFiles([values.out], {inputs: files});
  const on = {device: deviceName(values.device), threads: threadCount(values.threads, streams)};
  const model = await openModel(values.model, modelSettings(values));
  const engine = openEngine(model, on);
  const pixels = await readPixels(files[0], values, {engine, stderr: streams.stderr});
  const {width, grid, data} = await denseFeatures(engine, pixels, values.method, keyValues(values.option));
  const shape = [pixels.dims[0], grid[0] * grid[1], width];
  deliver(writeNpy({shape, data}), values.out, streams);
  streams.stderr.write(
    `${model.id}, ${values.method}: (${shape.join(", ")}), grid ${grid.join(" × ")}, on ${engine.device.name}\n`
  );
  await engine.close();
  return 0;
}
