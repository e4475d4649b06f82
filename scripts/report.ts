// npm run report -- [--root DIR] [--model ID]... [--protocol square|sliding]... [--only VARIANT]... [--again]
// Measures every variant on photos laid out like PASCAL VOC (../shared/voc) and writes data/measured/.
// What was measured before under the same weights, protocol and photos is kept; an interrupted run goes on where it
// stopped; --again measures the named variants anew and says how many pixels changed.
import {mkdirSync} from "node:fs";
import {parse, UsageError, wholeNumber} from "../data/cli/options.js";
import {photoNames, protocols} from "../data/report/protocols.js";
import {reportOn} from "../data/report/run.js";

const options = {
  root: {type: "string", default: "../shared/voc"},
  model: {type: "string", multiple: true, default: ["vit-ti-16", "mini"] as string[]},
  protocol: {type: "string", multiple: true},
  only: {type: "string", multiple: true},
  again: {type: "boolean", default: false},
  threads: {type: "string", default: "0"}
} as const;

async function main(args: string[]): Promise<void> {
  const {root, model: models, protocol, only, again, threads} = parse({args, options}).values;
  const asked = protocol ?? Object.keys(protocols);
  const wrong = asked.find((name) => !Object.hasOwn(protocols, name));
  if (wrong !== undefined)
    throw new UsageError(`--protocol ${wrong} is not known; known are ${Object.keys(protocols).join(", ")}.`);
  const names = photoNames(root);
  if (!names)
    throw new Error(
      `${root}/val.txt: there is no such file, so nothing was measured. Give a folder with JPEGImages/, SegmentationClassAug/ and val.txt: npm run report -- --root DIR`
    );
  const folder = "data/measured";
  mkdirSync(folder, {recursive: true});
  for (const model of models)
    for (const name of asked)
      await reportOn({
        root,
        names,
        model,
        protocol: protocols[name],
        only,
        again,
        threads: wholeNumber("threads", threads),
        folder,
        log: (line) => console.log(line)
      });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(`report: ${error.message}`);
  process.exitCode = error instanceof UsageError || error instanceof RangeError ? 2 : 1;
}
