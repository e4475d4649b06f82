import {FileAttachment} from "observablehq:stdlib";
import {h} from "../ui/dom.js";

/** The id of the style of equations in a page. */
export const formulaStyle = "katex-style";

/** Loads the style of equations. A page that shows none does without their fonts. */
export function useFormulaStyle(): void {
  if (document.getElementById(formulaStyle)) return;
  const {href} = FileAttachment("../../data/katex.css");
  document.head.append(h("link", {id: formulaStyle, rel: "stylesheet", href}));
}
