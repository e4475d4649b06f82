/** A line at the lower edge that says what was done, with a button that takes it back. */
import {h} from "../ui/dom.js";

/** Long enough to read it and to reach the button, in ms. */
const duration = 8000;

const place = h("div", {class: "undo-note", role: "status"});
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says what was done. */
export function showNote(text: string, label: string, undo: () => void): void {
  clearTimeout(timer);
  place.replaceChildren(text, h("button", {type: "button", onclick: undo}, label));
  document.body.append(place);
  timer = setTimeout(hideNote, duration);
}

export function hideNote(): void {
  clearTimeout(timer);
  place.remove();
}
