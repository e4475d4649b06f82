import {h} from "../../ui/dom.js";
import type {ChangedNumbers} from "../../analysis/causes.js";

type Classes = ChangedNumbers["classes"];

/** The first classes of a supervised model before and after, side by side; empty for other models. */
export function classTable(): {element: HTMLElement; update(before: Classes, after: Classes): void} {
  const element = h("div", {class: "causes-classes"});
  return {
    element,
    update(before, after) {
      element.replaceChildren(
        ...(before ? [listOf("first classes as trained", before)] : []),
        ...(before && after ? [listOf("with the change", after)] : [])
      );
    }
  };
}

function listOf(title: string, classes: NonNullable<Classes>): HTMLElement {
  return h(
    "div",
    {},
    h("h4", {}, title),
    h(
      "ol",
      {},
      ...classes.map(({name, probability}) =>
        h("li", {}, h("span", {}, name), h("b", {}, ` ${(100 * probability).toFixed(0)} %`))
      )
    )
  );
}
