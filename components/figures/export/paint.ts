/** Drawings as files: SVG text, PNG and JPEG pixels. Fonts are embedded, so that a drawing looks alike everywhere. */
import {s} from "../../ui/dom.js";
import {faceFor, type Face} from "./faces.js";
import {fontFile} from "./fonts.js";
import {glyphsOf} from "./glyphs.js";

/** The texts of a drawing, each element that holds characters itself. */
export function textsOf(svg: SVGSVGElement): SVGTextContentElement[] {
  return [...svg.querySelectorAll<SVGTextContentElement>("text, tspan")].filter((element) =>
    [...element.childNodes].some((node) => node instanceof Text && node.data.trim())
  );
}

/** A drawing as SVG text, with the typefaces that its texts are set in. */
export async function svgText(svg: SVGSVGElement): Promise<string> {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const used = new Map<string, Face>();
  for (const text of textsOf(copy)) for (const face of await dressText(text)) used.set(face.file, face);
  const rules = await Promise.all([...used.values()].map(fontRule));
  copy.prepend(s("style", {}, rules.join("\n")));
  return new XMLSerializer().serializeToString(copy);
}

/** Names the faces of a text: its own, and the one with Greek letters and signs where it lacks a character. */
async function dressText(element: SVGTextContentElement): Promise<Face[]> {
  const read = (name: string) => closest(element, name);
  const [family, weight, style] = [read("font-family"), read("font-weight"), read("font-style")];
  const own = faceFor(family, weight || "400", style || "normal");
  const has = await glyphsOf(own);
  const lacking = [...element.textContent].some((character) => character.trim() && !has(character));
  const other = faceFor("KaTeX_Main", weight || "400", style || "normal");
  const stack = [own.family, ...(lacking ? [other.family] : []), "sans-serif"].map((name) => `'${name}'`).join(", ");
  element.setAttribute("font-family", stack.replace("'sans-serif'", "sans-serif"));
  return lacking ? [own, other] : [own];
}

/** An attribute of an element, or of the nearest above that has it. */
export function closest(element: Element, name: string): string {
  return element.closest(`[${name}]`)?.getAttribute(name) ?? "";
}

async function fontRule(face: Face): Promise<string> {
  const data = base64(await fontFile(face));
  // One file stands for all weights on its side of the middle.
  const weight = face.weight === 700 ? "501 900" : "100 500";
  return `@font-face{font-family:"${face.family}";font-weight:${weight};font-style:${face.style};src:url(data:font/woff;base64,${data}) format("woff")}`;
}

/** Bytes in the alphabet of addresses. */
export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

/** A drawing's pixels. `scale` is how many to one of its units. */
export async function canvasOf(svg: SVGSVGElement, scale: number): Promise<HTMLCanvasElement> {
  const image = new Image();
  const address = URL.createObjectURL(new Blob([await svgText(svg)], {type: "image/svg+xml"}));
  try {
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(Number(svg.getAttribute("width")) * scale);
    canvas.height = Math.round(Number(svg.getAttribute("height")) * scale);
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** @throws Error where the browser has no canvas of this size */
export async function blobOf(canvas: HTMLCanvasElement, type: "image/png" | "image/jpeg"): Promise<Blob> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, 0.92));
  if (!blob)
    throw new Error("This browser cannot make a picture of this size. Choose a smaller size or fewer dots an inch.");
  return blob;
}
