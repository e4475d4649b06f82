/** The catalogue and the pages agree: what a page shows is declared, and what is declared is shown on its page. */
import assert from "node:assert/strict";
import {readdirSync, readFileSync} from "node:fs";
import {test} from "node:test";
import {figureCatalog} from "../../components/figures/catalog.js";

const pages = readdirSync("src").flatMap((name) => (name.endsWith(".md") ? [name.slice(0, -3)] : []));
const source = readFileSync("components/figures/catalog.ts", "utf8");

/** The function that draws each declared figure, and its file, by the figure's id. */
const draws = new Map(
  [...source.matchAll(/id: "([\w-]+)",[^}]*?import\("\.\/([\w/]+)\.js"\)\)\.(\w+)/g)].map(([, id, file, name]) => [
    id,
    {file, name}
  ])
);

/** What a page shows, in its order, with the files that it imports it from. */
function shownOn(page: string): {name: string; file?: string}[] {
  const text = readFileSync(`src/${page}.md`, "utf8");
  const files = new Map(
    [...text.matchAll(/import \{([^}]+)\} from "\.\/components\/figures\/([\w/]+)\.js"/g)].flatMap(([, names, file]) =>
      names.split(",").map((name) => [name.trim(), file] as const)
    )
  );
  return [...text.matchAll(/\bshow\(\w+, (\w+)\)/g)].map(([, name]) => ({name, file: files.get(name)}));
}

test("every figure has an id of its own, a title and a page that exists", () => {
  const ids = figureCatalog.map(({id}) => id);
  assert.deepEqual(ids, [...new Set(ids)]);
  assert.equal(draws.size, ids.length);
  for (const {id, page, title} of figureCatalog) {
    assert.match(id, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    assert.ok(pages.includes(page), `${id}: ${page}`);
    assert.ok(title.length > 8, id);
  }
});

test("a page shows the figures that are declared for it, in their order, and no others", () => {
  // The Live page shows figures of other pages, and its own mask figure, which belongs to its session.
  for (const page of pages.filter((name) => name !== "live"))
    assert.deepEqual(
      shownOn(page).map(({name, file}) => ({file, name})),
      figureCatalog.filter((figure) => figure.page === page).map(({id}) => draws.get(id)),
      page
    );
});

test("the Live page shows declared figures only", () => {
  const text = readFileSync("src/live.md", "utf8");
  const names = new Set([...draws.values()].map(({name}) => name));
  for (const {name} of shownOn("live")) assert.ok(names.has(name), name);
  for (const [, id] of text.matchAll(/\bshowNamed\(\w+, "([^"]+)"\)/g)) assert.ok(draws.has(id), id);
});

test("a figure's file gives it the id under which it is declared", () => {
  for (const [id, {file, name}] of draws) {
    const text = readFileSync(`components/figures/${file}.ts`, "utf8");
    assert.ok(text.includes(`"${id}"`), `${file}.ts does not name ${id}`);
    assert.ok(text.includes(`export function ${name}(`), `${file}.ts does not export ${name}`);
  }
});
