// A figure as one vector drawing: its charts where they lie, its title above and its caption below.
import {s} from "../../ui/dom.js";

/** What is written around a drawing that is taken along. */
export interface Caption {
  title: string;
  lede: string;
  reading: string;
  source: string;
  /** The address that shows the figure again. */
  address: string;
}

const margin = 16;

/** The charts of a figure that are vectors; maps are pixels, and left out. */
export function vectors(place: ParentNode): SVGSVGElement[] {
  return [...place.querySelectorAll<SVGSVGElement>("svg[data-vector]")].filter(
    (svg) => svg.getBoundingClientRect().width > 0
  );
}

/** A figure's charts as one SVG text with fonts and colours written into it; undefined when it has none. */
export function toSvg(place: HTMLElement, caption: Caption): string | undefined {
  const charts = vectors(place);
  if (charts.length === 0) return undefined;
  const boxes = charts.map((chart) => chart.getBoundingClientRect());
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  const width = Math.max(320, ...boxes.map((box) => box.right - left));
  const style = getComputedStyle(place);
  const muted = getComputedStyle(document.documentElement).getPropertyValue("--theme-foreground-muted").trim();
  const svg = s("svg", {xmlns: "http://www.w3.org/2000/svg", "font-family": style.fontFamily});
  let y = margin;
  const write = (text: string, size: number, weight: number, colour: string) => {
    // A little less than there is, for whoever lacks the font and gets a wider one.
    for (const line of wrap(text, `${weight} ${size}px ${style.fontFamily}`, 0.9 * width)) {
      y += size * 1.35;
      svg.append(s("text", {x: margin, y: round(y), "font-size": size, "font-weight": weight, fill: colour}, line));
    }
  };
  svg.append(
    s("title", {}, caption.title),
    s("desc", {}, [caption.lede, caption.reading, caption.source, caption.address].filter(Boolean).join("\n"))
  );
  write(caption.title, 17, 600, style.color);
  write(caption.lede, 12, 400, muted);
  y += margin;
  charts.forEach((chart, i) => {
    const copy = standalone(chart);
    copy.setAttribute("x", String(round(margin + boxes[i].left - left)));
    copy.setAttribute("y", String(round(y + boxes[i].top - top)));
    svg.append(copy);
  });
  y += Math.max(...boxes.map((box) => box.bottom)) - top;
  write(caption.reading, 12, 400, style.color);
  write(caption.source, 11, 400, muted);
  write(caption.address, 11, 400, muted);
  const size = [round(width + 2 * margin), round(y + margin)];
  svg.setAttribute("width", String(size[0]));
  svg.setAttribute("height", String(size[1]));
  svg.setAttribute("viewBox", `0 0 ${size.join(" ")}`);
  const ground = getComputedStyle(document.documentElement).backgroundColor;
  svg.insertBefore(s("rect", {width: "100%", height: "100%", fill: ground}), svg.children[2]);
  return new XMLSerializer().serializeToString(svg);
}

/** A chart with its size, its colour and its font, so that it looks alike outside the page. */
export function standalone(svg: SVGSVGElement): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const {width, height} = svg.getBoundingClientRect();
  const style = getComputedStyle(svg);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  if (!copy.hasAttribute("viewBox")) copy.setAttribute("viewBox", `0 0 ${width} ${height}`);
  copy.style.color = style.color;
  copy.style.fontFamily = style.fontFamily;
  copy.style.fontSize = style.fontSize;
  // The page's variables mean nothing elsewhere; what they stand for does.
  const originals = [svg, ...svg.querySelectorAll("*")];
  for (const [i, element] of [copy, ...copy.querySelectorAll("*")].entries()) {
    for (const name of ["fill", "stroke", "stop-color"]) {
      const written = `${element.getAttribute(name)} ${element.getAttribute("style")}`;
      if (!written.includes("var(")) continue;
      const value = getComputedStyle(originals[i]).getPropertyValue(name);
      element.setAttribute(name, value);
      (element as SVGElement).style.setProperty(name, value);
    }
  }
  return copy;
}

/** Lines of a text that are no wider than `width` in a font. */
function wrap(text: string, font: string, width: number): string[] {
  const context = document.createElement("canvas").getContext("2d")!;
  context.font = font;
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && context.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
