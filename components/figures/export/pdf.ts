/** Drawings as pages of a PDF: vectors stay vectors, texts stay texts, typefaces are embedded. */
import type {jsPDF} from "jspdf";
import {s} from "../../ui/dom.js";
import type {Face} from "./faces.js";
import {fontFile} from "./fonts.js";
import {toBase64} from "../../ui/base64.js";
import {closest, setInFaces, textsOf} from "./paint.js";
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
  // A halo in the ground's colour, drawn after the letters, would eat into them.
  if (element.getAttribute("paint-order")?.includes("stroke")) element.setAttribute("stroke", "none");
  const {faces, runs} = await setInFaces(element, element.textContent);
  if (runs.some(({face}) => face === undefined)) {
    // Letters of a script that no face here has: as pixels they are at least what the screen shows.
    element.replaceWith(textPicture(element));
    return;
  }
  for (const i of new Set(runs.map(({face}) => face!))) await embed(pdf, faces[i], embedded);
  dress(element, faces[runs[0].face!]);
  if (runs.length === 1) return;
  element.replaceChildren(
    ...runs.map(({text, face}) => {
      const span = s("tspan", {}, text);
      dress(span, faces[face!]);
      return span;
    })
  );
}

/** A text as a picture, where the text was. */
function textPicture(element: SVGTextContentElement): SVGImageElement {
  const read = (name: string) => closest(element, name);
  const size = parseFloat(read("font-size")) || 12;
  const sharp = 4;
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d")!;
  const font = `${read("font-style") || "normal"} ${read("font-weight") || 400} ${size * sharp}px ${read("font-family") || "sans-serif"}`;
  context.font = font;
  canvas.width = Math.ceil(context.measureText(element.textContent).width) + sharp;
  canvas.height = Math.ceil(1.6 * size * sharp);
  context.font = font;
  context.fillStyle = read("fill") || "#000";
  context.fillText(element.textContent, 0, 1.2 * size * sharp);
  const [width, height] = [canvas.width / sharp, canvas.height / sharp];
  const shift = {middle: width / 2, end: width}[read("text-anchor")] ?? 0;
  return s("image", {
    x: Number(element.getAttribute("x") ?? 0) - shift,
    y: Number(element.getAttribute("y") ?? 0) - 1.2 * size,
    width,
    height,
    transform: element.getAttribute("transform"),
    href: canvas.toDataURL("image/png")
  });
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
  pdf.addFileToVFS(name, toBase64(sfntOf(await fontFile(face))));
  pdf.addFont(name, face.family, face.style, face.weight === 700 ? "bold" : "normal");
}
