import {h} from "../ui/dom.js";

/** Text in which `F_SOM` or `A_HAI` is set as people write it: a letter with its index below the line. */
export function indexed(text: string): HTMLElement {
  const parts = text.split(/\b([A-Za-z]+_[A-Za-z]+)\b/);
  return h(
    "span",
    {},
    ...parts.map((part, i) => {
      if (i % 2 === 0) return part;
      const [base, index] = part.split("_");
      return h("span", {class: "indexed"}, base.length === 1 ? h("i", {}, base) : base, h("sub", {}, index));
    })
  );
}
