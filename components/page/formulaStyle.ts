import {FileAttachment} from "observablehq:stdlib";
import {h} from "../ui/dom.js";

/** Loads the style of equations. A page that shows none does without their fonts. */
export function useFormulaStyle(): void {
  if (document.getElementById("katex-style")) return;
  const {href} = FileAttachment("../../data/katex.css");
  document.head.append(h("link", {id: "katex-style", rel: "stylesheet", href}));
}
