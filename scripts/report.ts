// npm run report -- [--root DIR] [--model ID]... [--protocol square|sliding]... [--only VARIANT]... [--again]
// Measures every variant on photos laid out like PASCAL VOC (../shared/voc) and writes data/measured/.
// What was measured before under the same weights, protocol and photos is kept; an interrupted run goes on where it
// stopped; --again measures the named variants anew and says how many pixels changed.
import {mkdirSync} from "node:fs";
import {parseArgs} from "node:util";
import {photoNames, protocols} from "../data/report/protocols.js";
import {reportOn} from "../data/report/run.js";

const {values} = parseArgs({
  options: {
    root: {type: "string", default: "../shared/voc"},
    model: {type: "string", multiple: true, default: ["vit-ti-16", "mini"]},
    protocol: {type: "string", multiple: true, default: Object.keys(protocols)},
    only: {type: "string", multiple: true},
    again: {type: "boolean", default: false},
    threads: {type: "string", default: "0"}
  }
});
const names = photoNames(values.root);
if (!names) {
  console.error(`${values.root}/val.txt: there is no such file, so nothing was measured.`);
  console.error("Give a folder with JPEGImages/, SegmentationClassAug/ and val.txt: npm run report -- --root DIR");
  process.exit(1);
}
const wrong = values.protocol.find((name) => !Object.hasOwn(protocols, name));
if (wrong !== undefined) {
  console.error(`--protocol ${wrong} is not known; known are ${Object.keys(protocols).join(", ")}.`);
  process.exit(2);
}
mkdirSync("data/measured", {recursive: true});
for (const model of values.model)
  for (const protocol of values.protocol)
    await reportOn({
      root: values.root,
      names,
      model,
      protocol: protocols[protocol],
      only: values.only,
      again: values.again,
      threads: Number(values.threads),
      folder: "data/measured",
      log: (line) => console.log(line)
    });
