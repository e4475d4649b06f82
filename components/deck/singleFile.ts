/**
 * A deck as one HTML file that opens from disk: the program that draws figures, the styles of this page, and the data that
 * the slides show, all in it.
 */
import {FileAttachment} from "observablehq:stdlib";
import {formulaStyle} from "../page/formulaStyle.js";
import {figureNamed} from "../figures/catalog.js";
import {toBase64} from "../ui/base64.js";
import {formatDeck} from "../site/deck/codec.js";
import {sidesOf, type Deck} from "../site/deck/deck.js";
import {askedFiles, dataAddress, siteRoot} from "../site/files.js";
import {parseSelection} from "../site/selection.js";
import {h} from "../ui/dom.js";
import {drawn} from "./drawn.js";
import {slideView} from "./slideView.js";

type Tell = (words: string) => void;

/** Makes the file. `tell` says how far it is. */
export async function singleFile(deck: Deck, tell: Tell): Promise<Blob> {
  const before = new Set(askedFiles());
  await showAll(deck, tell);
  tell("gathering what the slides show");
  const [program, files, style] = await Promise.all([
    packed(FileAttachment("../../data/player.txt").href),
    gather(
      deck,
      [...askedFiles()].filter((path) => belongs(path, deck, before))
    ),
    pageStyle(deck)
  ]);
  return new Blob([page(deck, program, files, style)], {type: "text/html"});
}

/** Draws every slide once, and every layer of its figures, so that what they ask for is known. */
async function showAll(deck: Deck, tell: Tell): Promise<void> {
  for (const [i, slide] of deck.slides.entries()) {
    tell(`slide ${i + 1} of ${deck.slides.length}`);
    const view = slideView(deck, slide, `file-${i + 1}`);
    view.element.classList.replace("deck-slide", "deck-shown");
    const sheet = h("div", {class: "deck-sheet"}, view.element);
    document.getElementById("observablehq-main")?.append(sheet);
    try {
      view.fill();
      await drawn(sheet, slide.figures.length);
      for (const feed of view.feeds) {
        const {state, store} = feed;
        const layers = "view" in state && !sidesOf(slide).some(({data}) => data) ? state.view.record.layers : 0;
        for (let layer = 1; layer <= layers; ++layer) {
          store.set({layer});
          await new Promise((resolve) => setTimeout(resolve, 80));
        }
      }
      await drawn(sheet, slide.figures.length);
    } finally {
      sheet.remove();
    }
  }
}

/** Whether a file that was asked for is one of a slide's: the photos of slides that were removed since are not. */
function belongs(path: string, deck: Deck, before: ReadonlySet<string>): boolean {
  if (path.startsWith("fonts/")) return false;
  const images = deck.slides.flatMap(sidesOf).map(({selection}) => parseSelection(selection).image);
  const [folder, model, photo] = path.split("/");
  if (folder === "photos") return images.includes(decodeURIComponent(model.replace(/\.\w+$/, "")));
  if (folder === "records" && photo.endsWith(".gz")) return true;
  if (folder === "records") return images.includes(photo);
  return !before.has(path) || ["models", "corpus", "snapshots"].includes(folder);
}

/** Files by path below `data/`, as data addresses. */
async function gather(deck: Deck, paths: readonly string[]): Promise<Record<string, string>> {
  const needs = new Set(deck.slides.flatMap(({figures}) => figures.map(({figure}) => figureNamed(figure)?.needs)));
  const attached: Record<string, string> = {
    "photos.json": FileAttachment("../../data/photos.json").href,
    ...(needs.has("view") && {"images/words.json": FileAttachment("../../data/images/words.json").href}),
    ...(needs.has("report") && {
      "published.json": FileAttachment("../../data/published.json").href,
      "measured/summary.json": FileAttachment("../../data/measured/summary.json").href
    }),
    ...(needs.has("corpus") && {
      "snapshots/vit-ti-16/corpus-voc.json": FileAttachment("../../data/snapshots/vit-ti-16/corpus-voc.json").href
    })
  };
  const asked = Object.fromEntries(paths.map((path) => [path, dataAddress(path)]));
  const entries = Object.entries({...attached, ...asked}).map(async ([path, address]) => {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`data/${path} could not be loaded for the file (${response.status}).`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    return [path, `data:${typeOf(path)};base64,${toBase64(bytes)}`] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function typeOf(path: string): string {
  const types: Record<string, string> = {json: "application/json", webp: "image/webp", png: "image/png"};
  return types[path.split(".").at(-1)!] ?? "application/octet-stream";
}

/** The style sheets of this page as they were written, in their order; that of equations where the deck has some. */
async function pageStyle(deck: Deck): Promise<string> {
  const own = [...document.querySelectorAll("link[rel=stylesheet], style")].filter(({id}) => id !== formulaStyle);
  const written = await Promise.all(
    own.map((node) => (node instanceof HTMLLinkElement ? text(node.href) : (node.textContent ?? "")))
  );
  const hasFormulas = deck.slides.some(
    ({remark, notes, figures}) => /\$/.test(remark + notes) || figures.some(({figure}) => figure === "paper-code")
  );
  return [...written, hasFormulas ? await text(FileAttachment("../../data/katex.css").href) : ""].join("\n");
}

/** A text, compressed (gzip) and in base64. */
async function packed(address: string): Promise<string> {
  const stream = new Blob([await text(address)]).stream().pipeThrough(new CompressionStream("gzip"));
  return toBase64(new Uint8Array(await new Response(stream).arrayBuffer()));
}

/** Starts the program, as a classic script of its own: from disk a browser loads no modules. */
const starter = `(async () => {
  const bytes = Uint8Array.from(atob(sfpProgram), (letter) => letter.charCodeAt(0));
  const text = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  const script = document.createElement("script");
  script.src = URL.createObjectURL(new Blob([text], {type: "text/javascript"}));
  document.body.append(script);
})();`;

async function text(address: string): Promise<string> {
  const response = await fetch(address);
  if (!response.ok)
    throw new Error(`${address} could not be loaded (${response.status}). Reload the page and try again.`);
  return response.text();
}

function page(deck: Deck, program: string, files: Record<string, string>, style: string): string {
  const models = document.querySelector("meta[name=sfp-models]")?.outerHTML ?? "";
  const held = {deck: formatDeck(deck), site: siteRoot.href};
  const modules = new URL("_import/components/site/files.js", siteRoot).href;
  return `<!doctype html>
<html lang="en" class="is-player">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'unsafe-inline' data: blob:; connect-src data: blob:">
${models}
<title>${escaped(deck.title)}</title>
<style>${style.replaceAll("</style", "<\\/style")}</style>
</head>
<body>
<main id="observablehq-main" class="observablehq"></main>
<script>globalThis.sfpModules = ${json(modules)}; globalThis.sfpHeld = ${json(held)}; globalThis.sfpFiles = ${json(files)};</script>
<script>globalThis.sfpProgram = "${program}"; ${starter}</script>
</body>
</html>
`;
}

/** JSON that ends no script. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
