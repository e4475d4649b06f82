/** Notes on the terms of src/glossary.md, wherever prose first uses one. */
import {readFileSync} from "node:fs";
import type MarkdownIt from "markdown-it";

/** A term as the glossary defines it. */
export interface Term {
  /** Where the glossary has it: `#class-token`. */
  anchor: string;
  /** What prose may call it. */
  names: string[];
  definition: string;
}

/** Reads the glossary: a heading a term, perhaps a line of other names, and a paragraph. */
export function readGlossary(markdown: string): Term[] {
  return markdown
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [name, ...paragraphs] = section.split(/\n\s*\n/).map((part) => part.trim().replace(/\s+/g, " "));
      const also = /^\*Also: (.*?)\.?\*$/.exec(paragraphs[0] ?? "")?.[1];
      return {
        anchor: name.toLowerCase().replace(/[^a-z0-9]+/g, "-"),
        names: [name, ...(also?.split(/,\s*/) ?? [])],
        definition: paragraphs.filter(Boolean)[also === undefined ? 0 : 1] ?? ""
      };
    });
}

/** Marks the first use of each term in a page's paragraphs and lists, for components/page/terms.ts. */
export function markTerms(md: MarkdownIt, terms: readonly Term[] = readGlossary(glossary())): MarkdownIt {
  const byName = new Map(terms.flatMap((term) => term.names.map((name) => [name.toLowerCase(), term] as const)));
  // The longest first: "class token" is not a token of some class.
  const names = [...byName.keys()].toSorted((a, b) => b.length - a.length);
  const pattern = new RegExp(`(?<![\\w-])(${names.join("|")})(?:e?s)?(?![\\w-])`, "gi");
  md.core.ruler.push("terms", (state) => {
    const {path = ""} = state.env as {path?: string};
    if (/\/(glossary|404)$/.test(path)) return;
    const used = new Set<Term>();
    for (const [i, token] of state.tokens.entries()) {
      if (token.type !== "inline" || state.tokens[i - 1]?.type !== "paragraph_open" || !token.children) continue;
      let within = 0;
      token.children = token.children.flatMap((child) => {
        // Links, code and what is written in HTML as a link stay as they are.
        if (child.type === "link_open" || (child.type === "html_inline" && /^<(a|code|kbd)\b/i.test(child.content)))
          ++within;
        if (child.type === "link_close" || (child.type === "html_inline" && /^<\/(a|code|kbd)\b/i.test(child.content)))
          --within;
        if (child.type !== "text" || within > 0) return [child];
        return pieces(child.content).map(({text, term}) => {
          const piece = new state.Token(term ? "html_inline" : "text", "", 0);
          piece.content = term ? note(text, term) : text;
          return piece;
        });
      });

      function pieces(text: string): {text: string; term?: Term}[] {
        const found: {text: string; term?: Term}[] = [];
        let at = 0;
        for (const match of text.matchAll(pattern)) {
          const term = byName.get(match[1].toLowerCase())!;
          if (used.has(term)) continue;
          used.add(term);
          found.push({text: text.slice(at, match.index)}, {text: match[0], term});
          at = match.index + match[0].length;
        }
        return [...found, {text: text.slice(at)}].filter((piece) => piece.text);
      }
    }
  });
  return md;
}

function note(text: string, {anchor, definition}: Term): string {
  return `<a class="term" href="/glossary#${anchor}" data-note="${escape(definition)}">${escape(text)}</a>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

function glossary(): string {
  return readFileSync(new URL("../../src/glossary.md", import.meta.url), "utf8");
}
