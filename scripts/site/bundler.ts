/** How the built site's modules are bundled: esbuild, given what Framework has done to them. */
import {readFileSync} from "node:fs";
import {dirname, join, posix, relative, resolve} from "node:path";
import {build, type Plugin} from "esbuild";
import {joinPieces} from "./pieces.js";

/** Where bundles lie, below the site's root. */
export const place = "_import/pages";

/** A bundle to make: its name, and the code that imports what belongs to it. */
export interface Entry {
  name: string;
  code: string;
}

/** Where a module's exports are in a bundle: under a name of the bundle's own. */
export interface Inside {
  entry: string;
  name: string;
}

/** What modules find elsewhere than where Framework put it; by paths below the site's root. */
export interface Moves {
  /** The bundle of each worker's module. */
  workers?: ReadonlyMap<string, string>;
  /** Modules that are in an entry: whoever imports one on demand loads that entry, and not a bundle more. */
  inside?: ReadonlyMap<string, Inside>;
}

/** A bundle that was made. */
export interface Bundle {
  /** Its path below the site's root. */
  file: string;
  /** What it imports as it loads, itself and what that imports included. */
  needs: string[];
}

/**
 * Bundles modules of a built site. What several entries share is put into files of its own.
 *
 * @returns the bundle of each entry, by name
 */
export async function bundle(
  folder: string,
  entries: readonly Entry[],
  moves: Moves = {}
): Promise<Map<string, Bundle>> {
  const root = resolve(folder);
  const {outputFiles} = await build({
    absWorkingDir: root,
    entryPoints: entries.map(({name}) => ({in: `entry:${name}`, out: name})),
    outdir: join(root, place),
    chunkNames: "shared.[hash]",
    bundle: true,
    splitting: true,
    write: false,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
    // Packages that look whether Node is there say so by name.
    define: {"process.env.NODE_ENV": '"production"'},
    plugins: [builtModules(root, new Map(entries.map(({name, code}) => [name, code])), moves)]
  });
  const pieces = new Map(outputFiles.map(({path, text}) => [posix.basename(path.replaceAll("\\", "/")), text]));
  const names = entries.map(({name}) => name);
  const made = await joinPieces(pieces, names, join(root, place));
  return new Map(
    [...made].map(([name, {file, needs}]) => [
      name,
      {file: posix.join(place, file), needs: needs.map((need) => posix.join(place, need))}
    ])
  );
}

/** Modules that stay by themselves: Framework's client, and ONNX Runtime, which starts its threads from its own file. */
const apart = /^(_observablehq|_node\/onnxruntime-web)/;

/** Reads what Framework wrote, as if it lay where the bundles do. */
function builtModules(root: string, entries: ReadonlyMap<string, string>, moves: Moves): Plugin {
  const fromPlace = (path: string) => posix.relative(place, path);
  return {
    name: "built-modules",
    setup({onResolve, onLoad, resolve: resolvePackage}) {
      onResolve({filter: /^entry:/}, ({path}) => ({path: path.slice("entry:".length), namespace: "entry"}));
      onLoad({filter: /./, namespace: "entry"}, ({path}) => ({contents: entries.get(path), resolveDir: root}));
      onResolve({filter: /^\.\.?\//}, async ({path, resolveDir, kind}) => {
        const below = relative(root, resolve(resolveDir, path)).replaceAll("\\", "/");
        if (apart.test(below)) return {path: fromPlace(below), external: true};
        const library = libraryOf(below);
        // From its own source, of which unused parts can be left out.
        if (library) return resolvePackage(library, {kind, resolveDir: process.cwd()});
        return undefined;
      });
      onLoad({filter: /[\\/]_import[\\/].*\.js$/}, ({path}) => {
        const below = relative(root, path).replaceAll("\\", "/");
        return {contents: movedModule(readFileSync(path, "utf8"), below, moves), resolveDir: dirname(path)};
      });
    }
  };
}

/** The package that Framework took a file from: "d3-array" for "_node/d3-array@3.2.5/index.8fbc5974.js". */
export function libraryOf(path: string): string | undefined {
  const [, name, file] = /^_node\/((?:@[^/]+\/)?[^/@]+)@[^/]+\/(.+)\.[0-9a-f]{8}\.js$/.exec(path) ?? [];
  return name && (file === "index" ? name : `${name}/${file}`);
}

/** A module's code with its own address written for where the bundles lie, and the addresses of what moved with it. */
export function movedModule(code: string, path: string, {workers, inside}: Moves): string {
  const below = (named: string) => posix.join(posix.dirname(path), named);
  return code
    .replaceAll(/\bimport\("(\.[^"]+)"\)/g, (whole, named: string) => {
      const found = inside?.get(below(named));
      return found ? `import("entry:${found.entry}").then(({${found.name}: all}) => all)` : whole;
    })
    .replaceAll(/\bimport\.meta\.resolve\("(\.[^"]+)"\)/g, (_, named: string) => {
      const target = workers?.get(below(named)) ?? below(named);
      return `import.meta.resolve("${dotted(posix.relative(place, target))}")`;
    })
    .replaceAll(/\bimport\.meta\.url\b/g, `new URL("${dotted(posix.relative(place, path))}", import.meta.url).href`);
}

const dotted = (path: string): string => (path.startsWith(".") ? path : `./${path}`);
