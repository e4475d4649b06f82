// A typeface of exported drawings, as its package has it. Their names: components/figures/export/fonts.ts.
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {parseArgs} from "node:util";

const {values} = parseArgs({options: {face: {type: "string"}}});
const [, name, weight, style] = /^([a-z-]+)-(\d+)(-italic)?$/.exec(values.face!)!;
const packages: Record<string, string> = {inter: "inter", "source-serif": "source-serif-4", tinos: "tinos"};
const katex: Record<string, string> = {"400": "Regular", "700": "Bold", "400-italic": "Italic"};
const file =
  name === "katex"
    ? `katex/dist/fonts/KaTeX_Main-${katex[`${weight}${style ?? ""}`]}.woff`
    : `@fontsource/${packages[name]}/files/${packages[name]}-latin-${weight}-${style ? "italic" : "normal"}.woff`;
process.stdout.write(readFileSync(createRequire(import.meta.url).resolve(file)));
