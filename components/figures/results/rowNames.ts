/** A measured row in words: what was run. */
import type {MeasuredRow} from "../../analysis/measured.js";
import {methods} from "../../model/methods/index.js";

/** Groups that the table of all rows can be limited to. */
export const rowGroups = ["all", "steps", "methods", "options"] as const;
export type RowGroup = (typeof rowGroups)[number];

/** Which group a row belongs to. */
export function groupOf({id, method}: Pick<MeasuredRow, "id" | "method">): Exclude<RowGroup, "all"> {
  if (method !== "sfp") return "methods";
  return id.includes(" ") ? "options" : "steps";
}

/** What stands behind a method's name in a row's. */
const additions: Readonly<Record<string, string>> = {
  registers: "with registers",
  propagated: "with propagation",
  proxied: "on ProxyCLIP"
};

/** "SAE block + SOM + HAI, l0=5"; "NACLIP"; "NACLIP with registers". */
export function rowName({id, method}: Pick<MeasuredRow, "id" | "method">): string {
  if (method !== "sfp") {
    const [, ...more] = id.split(" ");
    const title = methods[method]?.short ?? methods[method]?.title ?? method;
    return [title, ...more.map((word) => additions[word] ?? word)].join(" ");
  }
  const [steps, ...options] = id.split(" ");
  const [reading, ...modules] = steps.split("+");
  const layer = reading === "none" ? "ClearCLIP’s layer" : `SAE ${reading}`;
  return [layer, ...modules.map((name) => name.toUpperCase()), ...options].join(" + ").replace(/ \+ (?=\w+=)/g, ", ");
}
