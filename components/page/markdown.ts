/** Markdown with formulas between dollar signs, as elements. HTML in it is text. */
import {h} from "../ui/dom.js";
import {useFormulaStyle} from "./formulaStyle.js";

/** Renders a text; the libraries are loaded when first needed. */
export async function markdown(text: string): Promise<HTMLElement> {
  const [{default: MarkdownIt}, {renderToString}] = await Promise.all([import("markdown-it"), import("katex")]);
  const formulas: string[] = [];
  // Formulas are taken out first: Markdown would read their underscores and asterisks as emphasis.
  const marked = text.replace(
    /\$\$([\s\S]+?)\$\$|\$((?:\\.|[^$\\\n])+)\$/g,
    (_, block: string | undefined, line: string | undefined) => {
      formulas.push(renderToString(block ?? line ?? "", {displayMode: block !== undefined, throwOnError: false}));
      return `\uE000${formulas.length - 1}\uE001`;
    }
  );
  const html = new MarkdownIt({html: false, linkify: false, typographer: false})
    // A picture from elsewhere would be a request to another machine.
    .disable("image")
    .render(marked);
  if (formulas.length > 0) useFormulaStyle();
  const element = h("div", {class: "markdown"});
  element.innerHTML = html.replace(/\uE000(\d+)\uE001/g, (_, i: string) => formulas[Number(i)]);
  for (const link of element.querySelectorAll("a")) {
    link.target = "_blank";
    link.rel = "noopener";
  }
  return element;
}

/** An element that shows a text, now or as soon as it is rendered. */
export function markdownPlace(text: string, attributes: {class: string}): HTMLElement {
  const place = h("div", attributes);
  if (text.trim())
    markdown(text).then(
      (element) => place.replaceChildren(element),
      () => place.replaceChildren(h("p", {}, text))
    );
  return place;
}
