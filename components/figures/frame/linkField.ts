import {h} from "../../ui/dom.js";

/**
 * Shows a link in a field, selected, for pages that may not write to the clipboard: browsers allow it on https and on
 * localhost only, not on a plain address of the local network.
 */
export function showLink(actions: HTMLElement, address: string): void {
  actions.querySelector(".figure-link")?.remove();
  const field = h("input", {
    class: "figure-link",
    readonly: true,
    "aria-label": "The link to this figure",
    value: address
  });
  actions.append(field);
  field.focus();
  field.select();
}

/** Says beside a figure's actions why one of them failed. */
export function showProblem(actions: HTMLElement, reason: string): void {
  actions.querySelector(".figure-problem")?.remove();
  actions.append(h("p", {class: "figure-problem", role: "alert"}, reason));
}
