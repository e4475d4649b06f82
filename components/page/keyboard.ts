import {h} from "../ui/dom.js";
import {hideNote, showNote} from "./note.js";
import type {SelectionStore} from "../site/selection.js";

/** Keys and what they do, as the help lists them. */
export type KeyRow = readonly [keys: readonly string[], does: string];

/** Keys that somebody answers, and how: true when a key was taken. */
interface Answer {
  rows: readonly KeyRow[];
  take: (event: KeyboardEvent) => boolean;
}

const pageKeys: readonly KeyRow[] = [
  [["←", "→", "↑", "↓"], "move the token on the focused grid"],
  [["Enter"], "pin that token; with Shift, the other pin"],
  [["[", "]"], "one layer back, one layer on"],
  [["Esc"], "leave a field; clear what is brushed, then the pins"],
  [["u"], "bring back the pins that Esc cleared"],
  [["/"], "search (so does ⌘K on a Mac)"]
];

const helpRow: KeyRow = [["?"], "this list"];

/** Whoever comes later is asked first: a talk takes arrows and Esc before the page does. */
const answers: Answer[] = [];

/**
 * Adds keys to every page and to its help. A key that was answered by what has the focus, such as a
 * grid, is not passed on, and typing into a field is left alone.
 */
export function addKeys(rows: readonly KeyRow[], take: Answer["take"]): void {
  listen();
  answers.unshift({rows, take});
}

/** Listens for the keys that change the selection. */
export function listenForKeys(store: SelectionStore, layers: () => number): void {
  listen();
  let cleared: {target: typeof store.value.target; background: typeof store.value.background} | undefined;
  const restore = () => {
    if (cleared) store.set(cleared);
    cleared = undefined;
    hideNote();
  };
  const take = (event: KeyboardEvent): boolean => {
    const {layer, target, background} = store.value;
    switch (event.key) {
      case "[":
        store.set({layer: Math.max(1, Math.min(layer, layers()) - 1)});
        return true;
      case "]":
        store.set({layer: Math.min(layers(), layer + 1)});
        return true;
      case "Escape":
        // An open sheet or the help closes first; that is the browser's.
        if (document.querySelector("dialog[open], :popover-open")) return false;
        if (store.pointing.brush) store.point({brush: null, hover: null});
        else if (target !== "none" || background !== "none") {
          cleared = {target, background};
          store.set({target: "none", background: "none"});
          showNote("The pins are cleared.", "Undo (u)", restore);
        }
        return true;
      case "u":
        if (!cleared) return false;
        restore();
        return true;
      default:
        return false;
    }
  };
  answers.push({rows: pageKeys, take});
}

/** A button that shows the list of keys. */
export function helpButton(): HTMLElement {
  return h(
    "button",
    {type: "button", class: "help-button", title: "Keys (?)", "aria-label": "Keys", onclick: openHelp},
    "?"
  );
}

let listening = false;

function listen(): void {
  if (listening) return;
  listening = true;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target)) {
      // Esc is the way out of a field; a clicker's keys mean nothing in a field of one line.
      if (event.key === "Escape" && event.target instanceof HTMLElement) event.target.blur();
      else if (!isOneLine(event.target) || !/^(Page|Arrow)(Up|Down)$/.test(event.key)) return;
      else if (!answers.some(({take}) => take(event))) return;
      event.preventDefault();
      return;
    }
    if (event.key === "?") openHelp();
    else if (!answers.some(({take}) => take(event))) return;
    event.preventDefault();
  });
}

let dialog: HTMLDialogElement | undefined;

/** Shows the list of keys that work on this page. */
function openHelp(): void {
  if (dialog?.open) return;
  dialog?.remove();
  const rows = [...answers.toReversed().flatMap((answer) => answer.rows), helpRow].map(([names, does]) => {
    const caps = names.flatMap((name, i) => (i > 0 ? [" ", h("kbd", {}, name)] : [h("kbd", {}, name)]));
    return h("tr", {}, h("td", {}, ...caps), h("td", {}, does));
  });
  dialog = h(
    "dialog",
    {class: "help", "aria-labelledby": "help-title"},
    h("h2", {id: "help-title"}, "Keys and hands"),
    h("table", {}, h("tbody", {}, ...rows)),
    h(
      "p",
      {},
      "The pointer previews a token in every figure; a click pins it; dragging over the scatter selects many."
    ),
    h("button", {type: "button", onclick: () => dialog?.close()}, "Close")
  );
  document.body.append(dialog);
  dialog.showModal();
}

/** Whether the keys that move by lines do nothing in a field. */
function isOneLine(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && ["text", "search"].includes(target.type);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["range", "radio", "checkbox", "button"].includes(target.type);
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
