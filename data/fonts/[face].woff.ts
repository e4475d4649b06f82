// A typeface of exported drawings, as its package has it. Their names: components/figures/export/fonts.ts.
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {parseArgs} from "node:util";

const {values} = parseArgs({options: {face: {type: "string"}}});
const [, name, weight, style] = /^([a-z-]+)-(\d+)(-italic)?$/.exec(values.face!)!;
const packages: Record<string, string> = {inter: "inter", "source-serif": "source-serif-4", tinos: "tinos"};
const katex: Record<string, string> = {
  "katex-400": "Main-Regular",
  "katex-700": "Main-Bold",
  "katex-400-italic": "Main-Italic",
  "formulas-400-italic": "Math-Italic",
  "large-400": "Size2-Regular"
};
const formula = katex[values.face!];
const file = formula
  ? `katex/dist/fonts/KaTeX_${formula}.woff`
  : `@fontsource/${packages[name]}/files/${packages[name]}-latin-${weight}-${style ? "italic" : "normal"}.woff`;
process.stdout.write(readFileSync(createRequire(import.meta.url).resolve(file)));
