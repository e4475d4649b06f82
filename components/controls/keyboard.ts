import {h} from "../figures/dom.js";
import type {SelectionStore} from "./selection.js";

/** Every key that works on every page, as the help lists them. */
const keys: readonly (readonly [keys: readonly string[], does: string])[] = [
  [["←", "→", "↑", "↓"], "move the token on the focused grid"],
  [["Enter"], "pin that token; with Shift, the other pin"],
  [["[", "]"], "one layer back, one layer on"],
  [["Esc"], "clear what is brushed, then the pins"],
  [["?"], "this list"]
];

/** Listens for the keys that belong to the page as a whole. Typing into a field is left alone. */
export function listenForKeys(store: SelectionStore, layers: () => number): void {
  const help = helpDialog();
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const {layer, target, background} = store.value;
    switch (event.key) {
      case "[":
        store.set({layer: Math.max(1, Math.min(layer, layers()) - 1)});
        break;
      case "]":
        store.set({layer: Math.min(layers(), layer + 1)});
        break;
      case "?":
        openHelp(help);
        break;
      case "Escape":
        // An open sheet or the help closes first; that is the browser's.
        if (document.querySelector("dialog[open], :popover-open")) return;
        if (store.pointing.brush) store.point({brush: null, hover: null});
        else if (target !== "none" || background !== "none") store.set({target: "none", background: "none"});
        break;
      default:
        return;
    }
    event.preventDefault();
  });
}

/** A button that shows the list of keys. */
export function helpButton(): HTMLElement {
  const help = helpDialog();
  return h(
    "button",
    {type: "button", class: "help-button", title: "Keys (?)", "aria-label": "Keys", onclick: () => openHelp(help)},
    "?"
  );
}

let dialog: HTMLDialogElement | undefined;

function helpDialog(): HTMLDialogElement {
  if (dialog) return dialog;
  const rows = keys.map(([names, does]) => {
    const caps = names.flatMap((name, i) => (i > 0 ? [" ", h("kbd", {}, name)] : [h("kbd", {}, name)]));
    return h("tr", {}, h("td", {}, ...caps), h("td", {}, does));
  });
  const close = h("button", {type: "button", onclick: () => dialog?.close()}, "Close");
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
    close
  );
  return dialog;
}

function openHelp(help: HTMLDialogElement): void {
  if (!help.isConnected) document.body.append(help);
  if (!help.open) help.showModal();
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["range", "radio", "checkbox", "button"].includes(target.type);
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
