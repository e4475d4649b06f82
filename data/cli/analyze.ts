import {basename, extname, join} from "node:path";
import type {Watch} from "../../components/model/sessions.js";
import {openModel} from "../engine/index.js";
import {computeEach, type ImageFile} from "../records/files.js";
import {imageFiles} from "./inputs.js";
import {checkIntervene, interveneHelp, intervened, interveneOptions} from "./intervene.js";
import {deviceName, modelHelp, modelOptions, modelSettings, parse, chosenThreads, UsageError} from "./options.js";
import {claimFolder, writeWhole, type Streams} from "../files/output.js";

export const help = `analyze --image FILE [--image FILE ...] --out FOLDER [options]
  Everything the pages need of the images, as the loaders write it: FOLDER/MODEL/IMAGE/*.arrow.
${interveneHelp}
${modelHelp}`;

export async function run(args: string[], streams: Streams, watch?: Watch): Promise<number> {
  const {stderr} = streams;
  const {values} = parse({
    args,
    options: {...modelOptions, ...interveneOptions, image: {type: "string", multiple: true, default: [] as string[]}}
  });
  const {out} = values;
  const subjects = namedApart(imageFiles(values.image));
  if (out === undefined) throw new UsageError("--out FOLDER is needed.");
  checkIntervene(values.intervene);
  claimFolder(out);
  const on = {device: deviceName(values.device), threads: chosenThreads(values.threads, streams), watch};
  const model = await intervened(await openModel(values.model, modelSettings(values)), values.intervene);
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
      claimFolder(folder);
      for (const [name, bytes] of Object.entries(outcome.files)) writeWhole(join(folder, name), bytes);
      stderr.write(`${folder}: ${Object.keys(outcome.files).length} files\n`);
    },
    on
  );
  return status;
}

/**
 * Images with the names of their folders: the files' own, without the extension.
 *
 * @throws UsageError when a file has no such name, or two files have one name
 */
function namedApart(files: readonly string[]): ImageFile[] {
  const taken = new Map<string, string>();
  return files.map((path) => {
    const id = basename(path, extname(path));
    if (/^\.*$/.test(id)) throw new UsageError(`${path} has no name before its extension; rename it.`);
    // Many file systems take upper and lower case for one.
    const other = taken.get(id.toLowerCase());
    if (other !== undefined)
      throw new UsageError(
        `${other} and ${path} would both be written to ${id}; rename one, or analyse them into different folders.`
      );
    taken.set(id.toLowerCase(), path);
    return {id, path};
  });
}
