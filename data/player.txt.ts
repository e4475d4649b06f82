// The program of a deck in one file: all that draws figures, as one classic script. It is text, so that the page that
// writes such a file reads it as it is.
import {fileURLToPath} from "node:url";
import {build, type Plugin} from "esbuild";

const at = (path: string) => fileURLToPath(new URL(`../components/${path}`, import.meta.url));

/** What takes another's place where there is neither a server nor a worker; and what such a file does without. */
const places: Plugin = {
  name: "places",
  setup(bundle) {
    bundle.onResolve({filter: /^observablehq:stdlib$/}, () => ({path: at("deck/heldFiles.ts")}));
    bundle.onResolve({filter: /\/background\.js$/}, () => ({path: at("deck/inlineBackground.ts")}));
    bundle.onResolve({filter: /^(jspdf|svg2pdf\.js|gifenc\/dist\/gifenc\.esm\.js)$/}, ({path}) => ({
      path,
      namespace: "absent"
    }));
    bundle.onLoad({filter: /.*/, namespace: "absent"}, ({path}) => ({
      contents: `throw new Error("A file of one deck does without ${path}. Open the figure on its site for that.");`
    }));
  }
};

const {outputFiles} = await build({
  entryPoints: [at("deck/player.ts")],
  bundle: true,
  minify: true,
  write: false,
  format: "iife",
  target: "es2022",
  define: {"import.meta.url": "globalThis.sfpModules", "import.meta.resolve": "String"},
  plugins: [places],
  logLevel: "error"
});
process.stdout.write(outputFiles[0].text);
