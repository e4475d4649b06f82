/** A deck's slides as pages of a PDF, and as pictures. Each is laid out as a talk shows it. */
import {zipSync} from "fflate";
import {blobOf, paintedCanvas} from "../figures/export/paint.js";
import {toPdf, type PdfPage} from "../figures/export/pdf.js";
import {sceneOf} from "../figures/export/scene.js";
import {onStage} from "../figures/export/stage.js";
import type {Deck} from "../site/deck/deck.js";
import {h} from "../ui/dom.js";
import {drawn} from "./drawn.js";
import {slideView} from "./slideView.js";

/** A slide's size in pixels of the page (16 : 9), and in points. */
const [width, height] = [1280, 720];
const points = 0.75;

type Tell = (words: string) => void;

/** A PDF of a page a slide. */
export async function slidesPdf(deck: Deck, tell: Tell): Promise<Blob> {
  const drawings = await drawSlides(deck, tell);
  const pages: PdfPage[] = drawings.map((svg) => ({svg, width: width * points, height: height * points}));
  return toPdf(pages, {title: deck.title});
}

/** A zip of a PNG a slide. */
export async function slidesPngs(deck: Deck, tell: Tell): Promise<Blob> {
  const files: Record<string, Uint8Array> = {};
  for (const [i, svg] of (await drawSlides(deck, tell)).entries()) {
    const picture = await blobOf(await paintedCanvas(svg, 1.5), "image/png");
    files[`slide-${String(i + 1).padStart(2, "0")}.png`] = new Uint8Array(await picture.arrayBuffer());
  }
  return new Blob([Uint8Array.from(zipSync(files, {level: 0}))], {type: "application/zip"});
}

async function drawSlides(deck: Deck, tell: Tell): Promise<SVGSVGElement[]> {
  const drawings: SVGSVGElement[] = [];
  for (const [i, slide] of deck.slides.entries()) {
    tell(`slide ${i + 1} of ${deck.slides.length}`);
    const view = slideView(deck, slide, `export-${i + 1}`);
    const sheet = h("div", {class: "deck-sheet"}, view.element);
    view.element.classList.replace("deck-slide", "deck-shown");
    document.getElementById("observablehq-main")?.append(sheet);
    try {
      view.fill();
      await drawn(sheet, slide.figures.length);
      drawings.push(await drawSheet(sheet));
    } finally {
      sheet.remove();
    }
  }
  return drawings;
}

/** Scales what is higher than a slide to it, so that nothing is cut. */
async function drawSheet(sheet: HTMLElement): Promise<SVGSVGElement> {
  const svg = await onStage(sheet, {without: ".figure-reading"}, () => {
    const ground = getComputedStyle(document.documentElement).backgroundColor;
    return sceneOf(sheet, {margin: 0, ground});
  });
  const [w, hgt] = ["width", "height"].map((name) => Number(svg.getAttribute(name)));
  const scale = Math.max(w / width, hgt / height, 1);
  const left = (w - width * scale) / 2;
  svg.setAttribute("viewBox", `${left} 0 ${width * scale} ${height * scale}`);
  svg.setAttribute("width", String(width));
  svg.setAttribute("height", String(height));
  const ground = svg.querySelector(":scope > rect");
  for (const [name, value] of Object.entries({x: left, width: width * scale, height: height * scale}))
    ground?.setAttribute(name, String(value));
  return svg;
}
