import {h} from "../../ui/dom.js";
import {indexed} from "../../charts/indexed.js";
import {ambiguities} from "./ambiguities.js";
import {differences, type Departure} from "./differences.js";

/** The table of choices that the paper leaves open. */
export function ambiguityTable(): HTMLElement {
  const rows = ambiguities.map(({question, choice, option, why}, i) =>
    h(
      "tr",
      {},
      h("td", {class: "number"}, String(i + 1)),
      h("th", {scope: "row"}, indexed(question)),
      h("td", {}, indexed(choice)),
      h("td", {}, ...(option ? [h("code", {}, option.name), h("br"), option.others] : ["–"])),
      h("td", {}, indexed(why))
    )
  );
  return table(["", "Where the paper leaves a choice", "Here, by default", "Option of sfp, other values", "Why"], rows);
}

/** The paper against its released code, item by item; `effects` has something to show for some items. */
export function differenceTable(effects: Partial<Record<Departure["key"], HTMLElement>>): HTMLElement {
  const rows = differences.map(({key, item, paper, code}) =>
    h(
      "tr",
      {},
      h("th", {scope: "row"}, item),
      h("td", {}, indexed(paper)),
      h("td", {}, indexed(code)),
      h("td", {class: "effect"}, effects[key] ?? "–")
    )
  );
  return table(["Item", "Paper", "Released code", "On this photo"], rows);
}

function table(heads: string[], rows: HTMLElement[]): HTMLElement {
  // It scrolls inside itself where the page is narrow, also by keyboard.
  return h(
    "div",
    {class: "scroll wide", tabindex: 0, role: "region", "aria-label": heads[1]},
    h(
      "table",
      {class: "choices"},
      h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", {scope: "col"}, head)))),
      h("tbody", {}, ...rows)
    )
  );
}
