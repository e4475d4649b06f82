// What knip holds for used: the programs that people and Framework start, and what pages import.
import type {KnipConfig} from "knip";

/** The imports of a page's JavaScript. Pages reach components by a link in src/; the files themselves lie beside it. */
function importsOf(page: string): string {
  const imports = page.match(/^\s*import\b[^;]*;/gm) ?? [];
  return imports.join("\n").replaceAll('"./components/', '"../components/');
}

export default {
  // `!` marks what people use; `knip --production` leaves out the rest, and so finds what serves tests alone.
  entry: [
    "scripts/*.ts!",
    "bench/*.ts!",
    // Framework's loaders: `NAME.EXTENSION.ts`.
    "data/**/*.*.ts!",
    "components/**/*.worker.ts!",
    // Every page loads it, by the head that observablehq.config.ts writes.
    "components/page/everyPage.ts!",
    "components/live/kept/guest.ts!",
    // The program of a deck's single file, which data/player.txt.ts bundles, with what stands in for two modules there.
    "data/cli/sfp.ts!",
    "components/deck/{player,heldFiles,inlineBackground}.ts!",
    "src/*.{md,js,mjs}!",
    "observablehq.config.ts!",
    "docs/models/training/lexicon.ts!",
    "test/**/*.test.ts"
  ],
  project: ["{components,data,scripts,bench,docs}/**/*.ts!", "src/*.{md,js,mjs}!", "test/**/*.ts"],
  // Framework is run by its own program and lends the module `observablehq:stdlib`; fonts are read as files; the types
  // serve the checker; a test reads YAML by `require`.
  ignoreDependencies: ["@observablehq/framework", "observablehq", "@fontsource.*", "@types/katex", "js-yaml"],
  ignoreBinaries: ["openssl", "nginx"],
  ignoreExportsUsedInFile: true,
  compilers: {md: importsOf}
} satisfies KnipConfig;
