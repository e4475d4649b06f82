import {plainColour} from "./colours.js";

/** Properties that the page's style may give a chart's parts, in the names that SVG's attributes have too. */
const fonts = ["font-family", "font-size", "font-weight", "font-style"] as const;
const paints = ["fill", "stroke", "stop-color"] as const;

/** A chart with its size, its colours and its fonts written into it, so that it looks alike outside the page. */
export function standalone(svg: SVGSVGElement): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const {width, height} = svg.getBoundingClientRect();
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  if (!copy.hasAttribute("viewBox"))
    copy.setAttribute("viewBox", `0 0 ${svg.clientWidth || width} ${svg.clientHeight || height}`);
  const originals = [svg, ...svg.querySelectorAll("*")];
  for (const [i, element] of [copy, ...copy.querySelectorAll("*")].entries()) write(element, originals[i]);
  copy.setAttribute("overflow", getComputedStyle(svg).overflow === "visible" ? "visible" : "hidden");
  for (const style of copy.querySelectorAll("style")) style.remove();
  for (const name of ["class", "style", "aria-label", "role"]) copy.removeAttribute(name);
  return copy;
}

/** Further properties, with what holds where nothing is written. */
const kept = [
  ["opacity", "1"],
  ["fill-opacity", "1"],
  ["stroke-opacity", "1"],
  ["stroke-width", "1"],
  ["stroke-linejoin", "miter"],
  ["stroke-linecap", "butt"],
  ["paint-order", "normal"]
] as const;

/** Shapes, which are painted; groups only hand down what their parts have written into them. */
const painted = "path, rect, circle, ellipse, line, polygon, polyline, text, tspan, stop";

function write(copy: Element, original: Element): void {
  const style = getComputedStyle(original);
  if (original.matches(painted)) {
    for (const name of paints) {
      const value = style.getPropertyValue(name);
      if (!value || (name === "stop-color") !== original.matches("stop")) continue;
      copy.setAttribute(name, plainColour(value));
    }
    for (const [name, usual] of kept) {
      const value = style.getPropertyValue(name).replace(/^([\d.]+)px$/, "$1");
      if (value !== usual) copy.setAttribute(name, value);
    }
    if (style.strokeDasharray !== "none")
      copy.setAttribute("stroke-dasharray", style.strokeDasharray.replaceAll("px", ""));
  }
  if (original.matches("text, tspan")) {
    for (const name of fonts) copy.setAttribute(name, style.getPropertyValue(name).replace(/^([\d.]+)px$/, "$1"));
    copy.setAttribute("text-anchor", style.textAnchor);
  }
  if (style.display === "none" || style.visibility === "hidden") copy.setAttribute("visibility", "hidden");
  copy.removeAttribute("style");
  copy.removeAttribute("class");
}
