import {mkdirSync} from "node:fs";
import {basename, extname, join} from "node:path";
import {openModel} from "../engine/index.js";
import {computeEach} from "../records/files.js";
import {imageFiles} from "./inputs.js";
import {deviceName, modelHelp, modelOptions, parse, UsageError, wholeNumber} from "./options.js";
import type {Streams} from "../files/output.js";
import {writeWhole} from "../files/output.js";

export const help = `analyze --image FILE [--image FILE ...] --out FOLDER [options]
  Everything the pages need of the images, as the loaders write it: FOLDER/MODEL/IMAGE/*.arrow.
${modelHelp}`;

export async function run(args: string[], {stderr}: Streams): Promise<number> {
  const {values} = parse({
    args,
    options: {...modelOptions, image: {type: "string", multiple: true, default: [] as string[]}}
  });
  const {out} = values;
  const subjects = imageFiles(values.image).map((path) => ({id: basename(path, extname(path)), path}));
  if (out === undefined) throw new UsageError("--out FOLDER is needed.");
  const on = {device: deviceName(values.device), threads: wholeNumber("threads", values.threads)};
  const model = await openModel(values.model);
  let status = 0;
  await computeEach(
    model,
    subjects,
    ({id, path}, outcome) => {
      if ("failure" in outcome) {
        status = 1;
        const {message} = outcome.failure;
        stderr.write(`${message.startsWith(path) ? message : `${path}: ${message}`}\n`);
        return;
      }
      const folder = join(out, model.id, id);
      mkdirSync(folder, {recursive: true});
      for (const [name, bytes] of Object.entries(outcome.files)) writeWhole(join(folder, name), bytes);
      stderr.write(`${folder}: ${Object.keys(outcome.files).length} files\n`);
    },
    on
  );
  return status;
}
