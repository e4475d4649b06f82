/**
 * Joins what esbuild cuts apart. It makes a piece of each set of entries that share modules, some forty of them for a page,
 * most of a kilobyte; on a slow line a request costs as much as twenty. What many pages need becomes a few files.
 */
import {transform} from "esbuild";
import {rollup, type OutputChunk, type Plugin} from "rollup";

/** Files of an entry, by their names: its own, and all that loads with it, its own included. */
interface Joined {
  file: string;
  needs: string[];
}

/** Pieces that this many entries need are in one file, and those of the next fewer in another. */
const floors = [
  {entries: 18, name: "base"},
  {entries: 9, name: "figures"},
  {entries: 3, name: "common"}
] as const;

/** A set of entries that shares more than this, in bytes before they are made small, has a file of its own. */
const large = 150_000;

/**
 * Joins pieces and writes the files.
 *
 * @param pieces code by file name; `NAME.js` for each entry
 * @returns the files of each entry
 */
export async function joinPieces(
  pieces: ReadonlyMap<string, string>,
  entries: readonly string[],
  folder: string
): Promise<Map<string, Joined>> {
  if (entries.length === 0) return new Map();
  const fileOf = (name: string) => `${name}.js`;
  const groups = groupsOf(pieces, entries.map(fileOf));
  const bundled = await rollup({
    input: Object.fromEntries(entries.map((name) => [name, fileOf(name)])),
    plugins: [held(pieces)],
    // What is not needed was left out as the pieces were made.
    treeshake: false
  });
  const {output} = await bundled.write({
    dir: folder,
    format: "es",
    entryFileNames: "[name].[hash].js",
    chunkFileNames: "[name].[hash].js",
    hashCharacters: "hex",
    manualChunks: (id) => groups.get(id)
  });
  await bundled.close();
  const chunks = new Map(output.filter((each) => each.type === "chunk").map((chunk) => [chunk.fileName, chunk]));
  return new Map(
    [...chunks.values()]
      .filter(({isEntry, name}) => isEntry && entries.includes(name))
      .map(({name, fileName}) => [name, {file: fileName, needs: needsOf(fileName, chunks)}])
  );
}

/** A file and all that it imports as it loads, files elsewhere included. */
function needsOf(file: string, chunks: ReadonlyMap<string, OutputChunk>): string[] {
  const needs = new Set([file]);
  for (const need of needs) for (const imported of chunks.get(need)?.imports ?? []) needs.add(imported);
  return [...needs];
}

const imports = /\b(?:import|export)\b[^"'();]*?(?:\bfrom\s*)?"\.\/([^"]+)"/g;

/** Pieces that load with a piece, itself included. */
function reachedFrom(piece: string, pieces: ReadonlyMap<string, string>): Set<string> {
  const reached = new Set([piece]);
  for (const each of reached)
    for (const [, name] of pieces.get(each)?.matchAll(imports) ?? []) if (pieces.has(name)) reached.add(name);
  return reached;
}

/**
 * The joined file that each piece goes to; one that is not here stays by itself. What a piece imports is needed by the
 * same entries and more, so that no two files need each other.
 */
export function groupsOf(pieces: ReadonlyMap<string, string>, entries: readonly string[]): Map<string, string> {
  const needed = new Map<string, string[]>();
  for (const entry of entries)
    for (const piece of reachedFrom(entry, pieces)) needed.set(piece, [...(needed.get(piece) ?? []), entry]);
  const sizes = new Map<string, number>();
  for (const [piece, by] of needed) sizes.set(by.join(), (sizes.get(by.join()) ?? 0) + pieces.get(piece)!.length);
  const groups = new Map<string, string>();
  const isLarge = (by: readonly string[]) =>
    by.length > 1 && by.length < floors[0].entries && sizes.get(by.join())! > large;
  for (const [piece, by] of needed) if (isLarge(by)) groups.set(piece, `large-${by.length}`);
  const heavy = new Map(groups);
  for (const [piece, by] of needed) {
    const floor = floors.find(({entries: least}) => by.length >= least);
    if (groups.has(piece) || !floor) continue;
    // What needs a large one is apart from what does not, which others load without it.
    const beneath = [...new Set([...reachedFrom(piece, pieces)].flatMap((each) => heavy.get(each) ?? []))];
    groups.set(piece, [floor.name, ...beneath.toSorted()].join("-"));
  }
  return groups;
}

/** Pieces as modules, made small once they are joined. */
function held(pieces: ReadonlyMap<string, string>): Plugin {
  return {
    name: "held",
    resolveId: (id) => {
      const name = id.replace(/^\.\//, "");
      return pieces.has(name) ? name : {id, external: "absolute"};
    },
    load: (id) => pieces.get(id),
    renderChunk: async (code) => (await transform(code, {minify: true, format: "esm", target: "es2022"})).code
  };
}
