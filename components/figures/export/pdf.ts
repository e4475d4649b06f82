/** Drawings as pages of a PDF: vectors stay vectors, texts stay texts, typefaces are embedded. */
import type {jsPDF} from "jspdf";
import {s} from "../../ui/dom.js";
import {faceFor, type Face} from "./faces.js";
import {fontFile} from "./fonts.js";
import {glyphsOf} from "./glyphs.js";
import {base64, closest, textsOf} from "./paint.js";
import {sfntOf} from "./sfnt.js";

/** A page, in points (1/72 inch). The drawing fills it from its top left corner. */
export interface PdfPage {
  svg: SVGSVGElement;
  width: number;
  height: number;
}

/** What the file says of itself. */
export interface PdfWords {
  title: string;
  subject?: string;
}

/**
 * A PDF of a page a drawing. The libraries are loaded when first asked for.
 *
 * @throws Error where a typeface or a library cannot be loaded
 */
export async function toPdf(pages: readonly PdfPage[], words: PdfWords): Promise<Blob> {
  const [{jsPDF}, {svg2pdf}] = await Promise.all([import("jspdf"), import("svg2pdf.js")]);
  const [first] = pages;
  const options = ({width, height}: PdfPage) => ({
    format: [width, height] as [number, number],
    orientation: width > height ? ("landscape" as const) : ("portrait" as const)
  });
  const pdf = new jsPDF({unit: "pt", ...options(first), compress: true, putOnlyUsedFonts: true});
  pdf.setProperties({...words, creator: "SFP Explorer"});
  const embedded = new Set<string>();
  for (const [i, page] of pages.entries()) {
    if (i > 0) pdf.addPage(options(page).format, options(page).orientation);
    const copy = page.svg.cloneNode(true) as SVGSVGElement;
    for (const text of textsOf(copy)) await setText(pdf, text, embedded);
    // The library asks the browser for lengths, which only what lies on the page has.
    copy.style.cssText = "position:fixed;left:-99999px;top:0";
    document.body.append(copy);
    try {
      await svg2pdf(copy, pdf, {x: 0, y: 0, width: page.width, height: page.height});
    } finally {
      copy.remove();
    }
  }
  return pdf.output("blob");
}

/** Sets a text in embedded faces, in runs where its own face lacks characters. */
async function setText(pdf: jsPDF, element: SVGTextContentElement, embedded: Set<string>): Promise<void> {
  const [family, weight, style] = ["font-family", "font-weight", "font-style"].map((name) => closest(element, name));
  const own = faceFor(family, weight || "400", style || "normal");
  const other = faceFor("KaTeX_Main", weight || "400", style || "normal");
  const [has, otherHas] = [await glyphsOf(own), await glyphsOf(other)];
  // A halo in the ground's colour, drawn after the letters, would eat into them.
  if (element.getAttribute("paint-order")?.includes("stroke")) element.setAttribute("stroke", "none");
  const text = [...element.textContent].map((character) => replaced(character, has, otherHas)).join("");
  const runs = runsOf(text, (character) => !character.trim() || has(character));
  for (const face of new Set(runs.map((run) => (run.own ? own : other)))) await embed(pdf, face, embedded);
  if (runs.length === 1) {
    element.textContent = text;
    dress(element, runs[0].own ? own : other);
    return;
  }
  dress(element, own);
  element.replaceChildren(
    ...runs.map((run) => {
      const span = s("tspan", {}, run.text);
      dress(span, run.own ? own : other);
      return span;
    })
  );
}

/** Signs that no face here has, in letters that all have. */
const written: Record<string, string> = {"→": "->", "←": "<-", "∈": "in", "√": "sqrt", "⟨": "<", "⟩": ">", "′": "'"};

function replaced(character: string, ...faces: ((character: string) => boolean)[]): string {
  return !character.trim() || faces.some((has) => has(character)) ? character : (written[character] ?? "?");
}

/** A text in runs of characters that a face has, and has not. */
export function runsOf(text: string, has: (character: string) => boolean): {text: string; own: boolean}[] {
  const runs: {text: string; own: boolean}[] = [];
  for (const character of text) {
    const own = has(character);
    const last = runs.at(-1);
    if (last?.own === own) last.text += character;
    else runs.push({text: character, own});
  }
  return runs;
}

function dress(element: Element, {family, weight, style}: Face): void {
  element.setAttribute("font-family", family);
  element.setAttribute("font-weight", weight === 700 ? "bold" : "normal");
  element.setAttribute("font-style", style);
}

async function embed(pdf: jsPDF, face: Face, embedded: Set<string>): Promise<void> {
  if (embedded.has(face.file)) return;
  embedded.add(face.file);
  const name = face.file.replace(/\.woff$/, ".ttf");
  pdf.addFileToVFS(name, base64(sfntOf(await fontFile(face))));
  pdf.addFont(name, face.family, face.style, face.weight === 700 ? "bold" : "normal");
}
