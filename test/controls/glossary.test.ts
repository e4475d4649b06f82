import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {test} from "node:test";
import type MarkdownIt from "markdown-it";
import {markTerms, readGlossary} from "../../scripts/site/glossary.js";

// Framework brings its own copy; the hook works on that one.
const framework = createRequire(createRequire(import.meta.url).resolve("@observablehq/framework/package.json"));
const Markdown = framework("markdown-it") as new (options: object) => MarkdownIt;

const terms = readGlossary(
  '# Words\n\n## Token\n\nA vector.\n\n## Class token\n\n*Also: CLS.*\n\nIt is "special" & <one>.\n'
);
const render = (text: string, path = "/page") => markTerms(new Markdown({html: true}), terms).render(text, {path});

test("a glossary is its headings, other names and first paragraphs", () => {
  assert.deepEqual(terms, [
    {anchor: "token", names: ["Token"], definition: "A vector."},
    {anchor: "class-token", names: ["Class token", "CLS"], definition: 'It is "special" & <one>.'}
  ]);
});

test("the first use of each term is marked, the longest name first, plurals too", () => {
  const html = render("The class token and tokens, a token, CLS.");
  assert.equal(html.match(/class="term"/g)?.length, 2);
  assert.match(html, /#class-token" data-note="It is &quot;special&quot; &amp; &lt;one>.">class token<\/a> and/);
  assert.match(html, /#token" data-note="A vector.">tokens<\/a>, a token, CLS\./);
});

test("links, code, headings, parts of words and the glossary itself stay as they are", () => {
  for (const text of ["[a token](x)", "`token`", "# Token", "tokenise multi-token", '<a href="x">token</a>'])
    assert.doesNotMatch(render(text), /class="term"/, text);
  assert.doesNotMatch(render("token", "/glossary"), /class="term"/);
});

test("every entry of the site's glossary says something, under a name of its own", () => {
  const site = readGlossary(readFileSync("src/glossary.md", "utf8"));
  assert.ok(site.length >= 20);
  const names = site.flatMap((term) => term.names.map((name) => name.toLowerCase()));
  assert.equal(new Set(names).size, names.length);
  for (const {anchor, definition} of site) {
    assert.ok(definition.length > 40 && definition.length < 320, anchor);
    // Framework splits words at inner capitals, so anchors would differ.
    assert.match(anchor, /^[a-z-]+$/);
  }
});
