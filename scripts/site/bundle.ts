/**
 * Bundles the modules of a built site. Framework writes a module a file, and on a slow line each request costs as much as
 * a file of twenty kilobytes. A page gets one bundle, and what it shares with others in files of their own.
 */
import {readFileSync, readdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {bundle, place, type Bundle, type Entry, type Inside} from "./bundler.js";

/** Makes the bundles, and writes the pages so that they load them. */
export async function bundleSite(folder: string): Promise<void> {
  const workers = await bundleWorkers(folder);
  const pages = readdirSync(folder)
    .filter((file) => file.endsWith(".html"))
    .map((file) => readPage(file, readFileSync(join(folder, file), "utf8")));
  const bundles = await bundle(folder, pages.map(entryOf), {workers, inside: insidePages(pages)});
  for (const page of pages) writeFileSync(join(folder, page.file), withBundle(page, bundles.get(nameOf(page))!));
}

/** A built page. */
interface Page {
  file: string;
  html: string;
  /** The modules it loads, as written in it: "./_import/components/page/tour.1234.js". */
  modules: string[];
}

const nameOf = ({file}: Page): string => file.replace(/\.html$/, "");

const ownScripts = /<script type="module" src="(\.\/_import\/[^"]+\.js)"><\/script>/g;
const ownImports = /\bimport\("(\.\/_import\/[^"]+\.js)"\)/g;
const ownPreloads = /<link rel="modulepreload" href="\.\/_(?:import|node)\/[^"]+\.js">\n?/g;

function readPage(file: string, html: string): Page {
  const modules = [ownScripts, ownImports].flatMap((pattern) => [...html.matchAll(pattern)].map(([, name]) => name));
  return {file, html, modules: [...new Set(modules)]};
}

/** A page's modules as one, each under a name of its own. */
function entryOf(page: Page): Entry {
  const code = page.modules.map((path, i) => `export * as m${i} from ${JSON.stringify(path)};\n`).join("");
  return {name: nameOf(page), code};
}

/** Where a page's modules are found: a figure that another page shows comes with the bundle of its own. */
function insidePages(pages: readonly Page[]): Map<string, Inside> {
  const inside = new Map<string, Inside>();
  // What several pages load is taken from the one that loads least beside it.
  for (const page of pages.toSorted((a, b) => b.modules.length - a.modules.length))
    for (const [i, path] of page.modules.entries())
      inside.set(path.replace(/^\.\//, ""), {entry: nameOf(page), name: `m${i}`});
  return inside;
}

/** The page with its bundle in place of its modules. */
function withBundle({html, modules}: Page, {file, needs}: Bundle): string {
  const written = html.replaceAll(ownPreloads, "").replaceAll(ownScripts, "");
  const links = needs.filter((need) => !written.includes(`href="./${need}"`));
  return written
    .replaceAll(ownImports, (_, name: string) => `import("./${file}").then(({m${modules.indexOf(name)}: all}) => all)`)
    .replace("</title>", () =>
      [
        "</title>",
        ...links.map((need) => `<link rel="modulepreload" href="./${need}">`),
        `<script type="module" src="./${file}"></script>`
      ].join("\n")
    );
}

/** Bundles each worker, and says where: by the path of its module below the root. */
async function bundleWorkers(folder: string): Promise<Map<string, string>> {
  const modules = readdirSync(join(folder, "_import"), {recursive: true, encoding: "utf8"})
    .map((file) => `_import/${file.replaceAll("\\", "/")}`)
    .filter((file) => /\.worker\.[^/.]+\.js$/.test(file) && !file.startsWith(place));
  const entries = modules.map((path) => ({
    name: path.slice(path.lastIndexOf("/") + 1).replace(/\.[^.]+\.js$/, ""),
    code: `import "./${path}";\n`
  }));
  const made = await bundle(folder, entries);
  return new Map(modules.map((path, i) => [path, made.get(entries[i].name)!.file]));
}
