/** Drawings as files: SVG text, PNG and JPEG pixels. Fonts are embedded, so that a drawing looks alike everywhere. */
import {toBase64} from "../../ui/base64.js";
import {s} from "../../ui/dom.js";
import {facesFor, type Face} from "./faces.js";
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

/** Names the faces of a text: its own, and those with Greek letters and signs where it lacks a character. */
async function dressText(element: SVGTextContentElement): Promise<Face[]> {
  const {faces, runs} = await setInFaces(element, element.textContent);
  const used = [...new Set([0, ...runs.map(({face}) => face ?? 0)])].toSorted().map((i) => faces[i]);
  element.setAttribute("font-family", [...used.map(({family}) => `'${family}'`), "sans-serif"].join(", "));
  return used;
}

/** A text of an element in runs, each with the face that has its characters. */
export async function setInFaces(element: Element, text: string): Promise<{faces: Face[]; runs: FaceRun[]}> {
  const read = (name: string) => closest(element, name);
  const faces = facesFor(read("font-family"), read("font-weight") || "400", read("font-style") || "normal");
  return {faces, runs: runsOf(text, await Promise.all(faces.map(glyphsOf)))};
}

/** Characters that one face has. */
export interface FaceRun {
  text: string;
  /** Its place in the list; undefined where none has them. */
  face?: number;
}

/** A text in runs, each of the first face that has its characters; blanks stay with what is before them. */
export function runsOf(text: string, faces: readonly ((character: string) => boolean)[]): FaceRun[] {
  const runs: FaceRun[] = [];
  for (const character of text) {
    const last = runs.at(-1);
    const found = character.trim() ? faces.findIndex((has) => has(character)) : (last?.face ?? 0);
    const face = found < 0 ? undefined : found;
    if (last && last.face === face) last.text += character;
    else runs.push({text: character, face});
  }
  return runs;
}

/** An attribute of an element, or of the nearest above that has it. */
export function closest(element: Element, name: string): string {
  return element.closest(`[${name}]`)?.getAttribute(name) ?? "";
}

async function fontRule(face: Face): Promise<string> {
  const data = toBase64(await fontFile(face));
  // One file stands for all weights on its side of the middle.
  const weight = face.weight === 700 ? "501 900" : "100 500";
  return `@font-face{font-family:"${face.family}";font-weight:${weight};font-style:${face.style};src:url(data:font/woff;base64,${data}) format("woff")}`;
}

/** A drawing's pixels. `scale` is how many to one of its units. */
export async function paintedCanvas(svg: SVGSVGElement, scale: number): Promise<HTMLCanvasElement> {
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
