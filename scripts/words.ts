// Phrases that readers of vision papers stumble over, in pages, figures and docs: npm run lint refuses them.
// docs/terms.md has what to write instead.
import {readdirSync, readFileSync, statSync} from "node:fs";
import {join} from "node:path";

/** Phrases that nothing a reader sees may hold. */
const phrases: readonly RegExp[] = [
  /\bheld against\b/i,
  /\btaken away\b/i,
  /\bcould not be had\b/i,
  /\bis not to be had\b/i,
  /\bwhat is seen\b/i,
  /\btoo lonely\b/i,
  /\blooked at too much\b/i,
  /\bnobody may\b/i,
  /\bwho gives\b/i,
  /\bwho gathers\b/i,
  /\bgathers from\b/i,
  /\bspoils\b/i,
  /\bparts classes\b/i,
  /\bare parted by\b/i,
  /\bsince when\b/i,
  /\bfor want of\b/i,
  /\b(long|longest) (token|patch)(e?s)?\b/i,
  /\bthe words were wrong\b/i
];

/** Where prose stands: all of a page or a document, and of code what is between quotes. */
const places: readonly {folder: string; ending: string; prose: (text: string) => string[]}[] = [
  {folder: "src", ending: ".md", prose: (text) => text.split("\n")},
  {folder: "docs", ending: ".md", prose: (text) => text.split("\n")},
  {folder: "components", ending: ".ts", prose: quoted},
  {folder: "data", ending: ".ts", prose: quoted}
];

/** What stands between quotes, a line of a file each. */
function quoted(text: string): string[] {
  return text
    .split("\n")
    .map((line) => (/^\s*(\*|\/\/|\/\*)/.test(line) ? "" : [...line.matchAll(/"[^"]*"|`[^`]*`|^[^"`]+`/g)].join(" ")));
}

function files(folder: string, ending: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (/^(\.|components$|node_modules$|measured$|snapshots$)/.test(name) && folder !== ".") return [];
    return statSync(path).isDirectory() ? files(path, ending) : name.endsWith(ending) ? [path] : [];
  });
}

const found = places.flatMap(({folder, ending, prose}) =>
  files(folder, ending)
    // The table says what we don't write.
    .filter((path) => path !== join("docs", "terms.md"))
    .flatMap((path) =>
      prose(readFileSync(path, "utf8")).flatMap((line, i) =>
        phrases.filter((phrase) => phrase.test(line)).map((phrase) => `${path}:${i + 1}: “${phrase.exec(line)![0]}”`)
      )
    )
);
for (const each of found) console.error(each);
if (found.length) {
  console.error(`${found.length} phrases that docs/terms.md has better words for.`);
  process.exitCode = 1;
}
