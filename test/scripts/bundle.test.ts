// Bundles: what is written anew in a module that moves, and which package a file of Framework's came from.
import assert from "node:assert/strict";
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {test} from "node:test";
import {pathToFileURL} from "node:url";
import {pageName} from "../../components/site/pageName.js";
import {bundleSite} from "../../scripts/site/bundle.js";
import {libraryOf, movedModule} from "../../scripts/site/bundler.js";
import {placeFonts} from "../../scripts/site/fonts.js";
import {offlineList} from "../../scripts/site/offline.js";
import {groupsOf} from "../../scripts/site/pieces.js";

/** A folder with these files. */
function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "sfp-bundle-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), {recursive: true});
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

test("a module that moves still knows where it was, and workers by their bundles", () => {
  const workers = new Map([
    ["_import/components/live/worker/live.worker.11111111.js", "_import/pages/live.worker.ABC.js"]
  ]);
  const code = `const root = new URL("../../../", import.meta.url);
new Worker(import.meta.resolve("./worker/live.worker.11111111.js"));
const wasm = import.meta.resolve("../../../_node/x@1/x.wasm");`;
  assert.equal(
    movedModule(code, "_import/components/live/client.22222222.js", {workers}),
    `const root = new URL("../../../", new URL("../components/live/client.22222222.js", import.meta.url).href);
new Worker(import.meta.resolve("./live.worker.ABC.js"));
const wasm = import.meta.resolve("../../_node/x@1/x.wasm");`
  );
});

test("what a page's bundle has is taken from there when it is asked for", () => {
  const inside = new Map([["_import/components/figures/maps.11111111.js", {entry: "attention", name: "m4"}]]);
  assert.equal(
    movedModule(
      'import("./maps.11111111.js"); import("./pdf.22222222.js")',
      "_import/components/figures/catalog.3.js",
      {
        inside
      }
    ),
    'import("entry:attention").then(({m4: all}) => all); import("./pdf.22222222.js")'
  );
});

test("a file of a library is taken from its package", () => {
  assert.equal(libraryOf("_node/d3-array@3.2.5/index.8fbc5974.js"), "d3-array");
  assert.equal(libraryOf("_node/@observablehq/plot@0.6.17/index.f66f3cd7.js"), "@observablehq/plot");
  assert.equal(libraryOf("_node/protobufjs@6.11.6/minimal.39ac41e3.js"), "protobufjs/minimal");
  assert.equal(libraryOf("_import/components/ui/dom.f2ce1d8d.js"), undefined);
});

test("pages share one copy of a module, and load what is imported on demand only then", async (t) => {
  const folder = folderOf({
    "_import/components/site/state.00000001.js":
      "export const state = {count: 0}; export const where = import.meta.url;",
    "_import/components/page/every.00000002.js":
      'import {state} from "../site/state.00000001.js"; ++state.count; globalThis.later = () => import("./late.00000003.js");',
    "_import/components/page/late.00000003.js":
      'import {state} from "../site/state.00000001.js"; export const seen = () => state.count;',
    "one.html":
      '<title>One</title>\n<link rel="modulepreload" href="./_import/components/page/every.00000002.js">\n' +
      '<script type="module" src="./_import/components/page/every.00000002.js"></script>' +
      '<script type="module">const [{state, where}] = await Promise.all([import("./_import/components/site/state.00000001.js")]);</script>',
    "three.html":
      '<title>Three</title>\n<script type="module">import("./_import/components/page/late.00000003.js")</script>',
    "two.html": '<title>Two</title>\n<script type="module" src="./_import/components/page/every.00000002.js"></script>'
  });
  t.after(() => rmSync(folder, {recursive: true, force: true}));
  await bundleSite(folder);
  const html = readFileSync(join(folder, "one.html"), "utf8");
  assert.doesNotMatch(html, /_import\/components/);
  const [, entry] = /<script type="module" src="\.\/(_import\/pages\/one\.[0-9a-f]+\.js)">/.exec(html)!;
  assert.match(
    html,
    new RegExp(`import\\("\\./${entry.replaceAll(".", "\\.")}"\\)\\.then\\(\\(\\{m1: all\\}\\) => all\\)`)
  );
  assert.equal(html.match(/rel="modulepreload"/g)!.length, html.match(/href="\.\/_import\/pages/g)!.length);
  const one = (await import(pathToFileURL(join(folder, entry)).href)) as {
    m1: {state: {count: number}; where: string};
  };
  assert.equal(one.m1.state.count, 1);
  assert.equal(one.m1.where, pathToFileURL(join(folder, "_import/components/site/state.00000001.js")).href);
  const {later} = globalThis as unknown as {later: () => Promise<{seen: () => number}>};
  assert.equal((await later()).seen(), 1);
});

test("what many pages need is in few files, apart from what needs a large one", () => {
  const pages = Array.from({length: 20}, (_, i) => `page${i}.js`);
  const large = `export const plot = "${"x".repeat(200_000)}";`;
  const pieces = new Map(
    pages.map((page, i) => {
      const needs = ["all", i < 12 && "many", i < 5 && "chart", i < 4 && "few", i < 2 && "two"].filter(Boolean);
      return [page, needs.map((name) => `import {a as ${name}${i}} from "./shared.${String(name)}.js";`).join("\n")];
    })
  );
  pieces.set("shared.all.js", "export const a = 1;");
  pieces.set("shared.many.js", 'export {a} from "./shared.all.js"; import("./shared.late.js");');
  pieces.set("shared.plot.js", large);
  pieces.set(
    "shared.chart.js",
    'import {plot} from "./shared.plot.js";\nimport "./shared.many.js";\nexport const a = plot;'
  );
  pieces.set("shared.few.js", "export const a = 4;");
  pieces.set("shared.two.js", 'import "./shared.chart.js"; export const a = 5;');
  pieces.set("shared.late.js", "export const a = 6;");
  const groups = groupsOf(pieces, pages);
  // The set of pages that share the large piece is in one file.
  assert.deepEqual(Object.fromEntries(groups), {
    "shared.all.js": "base",
    "shared.many.js": "figures",
    "shared.chart.js": "large-5",
    "shared.plot.js": "large-5",
    "shared.few.js": "common"
  });
});

test("a build's list changes with its pages, its code and its data, each in its place", (t) => {
  const folder = folderOf({
    "index.html": "a",
    "_import/pages/index.AAAA.js": "b",
    "_import/components/x.js": "c",
    "data/records/m/p/summary.arrow.gz": "d",
    "data/models/m/w.bin": "e"
  });
  t.after(() => rmSync(folder, {recursive: true, force: true}));
  const files = ["_import/components/x.js", "_import/pages/index.AAAA.js", "data/models/m/w.bin"].concat(
    "data/records/m/p/summary.arrow.gz",
    "index.html"
  );
  const first = offlineList(folder, files);
  assert.deepEqual(first.files, ["_import/pages/index.AAAA.js", "index.html"]);
  assert.deepEqual(first.later, ["_import/components/x.js"]);
  writeFileSync(join(folder, "data/records/m/p/summary.arrow.gz"), "other");
  const second = offlineList(folder, files);
  assert.equal(second.build, first.build);
  assert.notEqual(second.data, first.data);
  writeFileSync(join(folder, "index.html"), "other");
  assert.notEqual(offlineList(folder, files).build, first.build);
});

test("fonts become files, of the same bytes", (t) => {
  const bytes = Buffer.from("a font");
  const folder = folderOf({
    "_file/data/fonts.1234.css": `@font-face{src:url(data:font/woff2;base64,${bytes.toString("base64")}) format("woff2")}`
  });
  t.after(() => rmSync(folder, {recursive: true, force: true}));
  placeFonts(folder);
  const [, name] = /url\(\.\/([^)]+)\)/.exec(readFileSync(join(folder, "_file/data/fonts.1234.css"), "utf8"))!;
  assert.deepEqual(readFileSync(join(folder, "_file/data", name)), bytes);
});

test("a page has one name, however a host writes its address", () => {
  for (const path of ["/", "/base/", "/index", "/base/index.html"]) assert.equal(pageName(path), "index");
  for (const path of ["/attention", "/base/attention.html"]) assert.equal(pageName(path), "attention");
});
