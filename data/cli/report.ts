/** `report`: measures every variant on photos laid out like PASCAL VOC and writes data/measured/. */
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {claimFolder, type Streams} from "../files/output.js";
import {photoNames, protocols} from "../report/protocols.js";
import {reportOn} from "../report/run.js";
import {parse, UsageError, wholeNumber} from "./options.js";

const project = fileURLToPath(new URL("../..", import.meta.url));

export const help = `report [--root DIR] [--model ID]... [--protocol NAME]... [--only VARIANT]... [--again]
  Measures every variant and method on photos laid out like PASCAL VOC, into data/measured/. What was measured before under
  the same weights, protocol and photos is kept; an interrupted run goes on where it stopped.
  --root DIR          JPEGImages/, SegmentationClassAug/ and val.txt (default ../shared/voc)
  --model ID          may be repeated (default vit-ti-16 and mini)
  --protocol NAME     ${Object.keys(protocols).join(" or ")}; may be repeated (default: all)
  --only VARIANT      only this row; may be repeated
  --again             measure the named rows anew and say how many pixels changed
  --threads N         CPU threads (default: as many as there are cores)`;

const options = {
  root: {type: "string", default: join(project, "../shared/voc")},
  model: {type: "string", multiple: true, default: ["vit-ti-16", "mini"] as string[]},
  protocol: {type: "string", multiple: true},
  only: {type: "string", multiple: true},
  again: {type: "boolean", default: false},
  threads: {type: "string", default: "0"}
} as const;

export async function run(args: string[], {stderr}: Streams): Promise<number> {
  const {root, model: models, protocol, only, again, threads} = parse({args, options}).values;
  const asked = protocol ?? Object.keys(protocols);
  const wrong = asked.find((name) => !Object.hasOwn(protocols, name));
  if (wrong !== undefined)
    throw new UsageError(`--protocol ${wrong} is not known; known are ${Object.keys(protocols).join(", ")}.`);
  const names = photoNames(root);
  if (!names)
    throw new Error(
      `${root}/val.txt: there is no such file, so nothing was measured. Give a folder with JPEGImages/, SegmentationClassAug/ and val.txt: npm run sfp -- report --root DIR`
    );
  const on = {threads: wholeNumber("threads", threads), log: (line: string) => stderr.write(`${line}\n`)};
  const folder = join(project, "data/measured");
  claimFolder(folder);
  for (const model of models)
    for (const name of asked)
      await reportOn({root, names, model, protocol: protocols[name], only, again, folder, ...on});
  return 0;
}
