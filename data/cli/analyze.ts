import {mkdirSync} from "node:fs";
import {basename, extname, join} from "node:path";
import {openModel} from "../engine/index.js";
import {computeFiles} from "../records/files.js";
import {imageFiles} from "./inputs.js";
import {deviceName, modelHelp, modelOptions, parse, UsageError, wholeNumber, type Streams} from "./options.js";
import {writeWhole} from "./output.js";

export const help = `analyze --image FILE [--image FILE ...] --out FOLDER [options]
  Everything the pages need of the images, as the loaders write it: FOLDER/MODEL/IMAGE/*.arrow.
${modelHelp}`;

export async function run(args: string[], {stderr}: Streams): Promise<number> {
  const {values} = parse({
    args,
    options: {...modelOptions, image: {type: "string", multiple: true, default: [] as string[]}}
  });
  const files = imageFiles(values.image);
  if (values.out === undefined) throw new UsageError("--out FOLDER is needed.");
  const device = deviceName(values.device);
  const threads = wholeNumber("threads", values.threads);
  const model = await openModel(values.model);
  for (const file of files) {
    const id = basename(file, extname(file));
    const members = await computeFiles(model, {id, path: file}, {device, threads});
    const folder = join(values.out, model.id, id);
    mkdirSync(folder, {recursive: true});
    for (const [name, bytes] of Object.entries(members)) writeWhole(join(folder, name), bytes);
    stderr.write(`${folder}: ${Object.keys(members).length} files\n`);
  }
  return 0;
}
