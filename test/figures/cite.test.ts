// What Cite gives: entries that BibTeX takes side by side.
import assert from "node:assert/strict";
import {test} from "node:test";
import {figureBibtex, paperBibtex} from "../../components/figures/frame/cite.js";

const figure = (address: string, title = "A title") =>
  figureBibtex({title, source: "chelsea · vit-ti-16", address}, new Date("2026-01-02T12:00:00Z"));
const key = (entry: string) => /^@\w+\{([^,]+),/.exec(entry)![1];

test("figures that differ have keys that differ; the same figure has the same one", () => {
  const base = "https://example.org/attention?layer=";
  const keys = [`${base}9#figure-maps`, `${base}10#figure-maps`, `${base}9#figure-decision`].map((a) => key(figure(a)));
  assert.equal(new Set(keys).size, 3);
  assert.equal(key(figure(`${base}9#figure-maps`)), keys[0]);
  for (const each of keys) assert.match(each, /^sfpexplorer-[a-z-]+-[0-9a-f]{8}$/);
});

test("the paper's entry has all that a bibliography asks for", () => {
  for (const field of ["title", "author", "booktitle", "month", "year", "pages", "url"])
    assert.match(paperBibtex, new RegExp(`^ {2}${field} += [{\\w]`, "m"), field);
  assert.match(paperBibtex, /pages += \{20291--20300\}/);
});
