import type {Trunk} from "../records/record.js";
import {h, setText} from "../ui/dom.js";
import type {Drawing} from "../ui/drawing.js";
import {drawing} from "../ui/drawing.js";

export interface PlateOptions {
  /** "a", "b"...: the panel's letter in the figure. */
  letter?: string;
  title: string | Node;
  /** A value that arises here, such as the one under the pointer. */
  readout?: string;
  /** Why there is no map here, in its place; empty where there is one. */
  absent?: string;
}

/** One panel of a figure with a short title above it and a readout beside the title. */
export function plate(content: HTMLElement, options: PlateOptions): Drawing<PlateOptions> {
  const letter = h("b", {class: "plate-letter"}, options.letter ?? "");
  const title = h("span", {class: "plate-title"}, options.title);
  const readout = h("span", {class: "plate-readout"}, options.readout ?? "");
  const head = h("div", {class: "plate-head"}, ...(options.letter ? [letter] : []), title, readout);
  const reason = h("span", {class: "plate-absent", hidden: true});
  const place = h("div", {class: "plate-place"}, content, reason);
  return drawing<PlateOptions, HTMLDivElement>(h("div", {class: "plate"}, head, place), (change) => {
    if (change.absent !== undefined) {
      setText(reason, change.absent);
      reason.hidden = change.absent === "";
      place.classList.toggle("is-absent", change.absent !== "");
    }
    if (change.title !== undefined) title.replaceChildren(change.title);
    if (change.readout !== undefined) setText(readout, change.readout);
  });
}

/** A panel for each trunk. */
export function trunkPlates(contents: Record<Trunk, HTMLElement>): Record<Trunk, Drawing<PlateOptions>> {
  return {
    plain: plate(contents.plain, {title: "without SOM"}),
    purified: plate(contents.purified, {title: h("span", {class: "is-repaired"}, "with SOM")})
  };
}

/** Panels side by side, as many as fit, never narrower than `least` pixels. */
export function plates(items: readonly HTMLElement[], least = 200): HTMLElement {
  const element = h("div", {class: "plates"}, ...items);
  element.style.setProperty("--plate-width", `${least}px`);
  return element;
}
