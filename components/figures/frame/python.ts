import {copyText} from "../export/save.js";
import {pythonSnippets, type PythonSubject, type Snippet} from "../export/python.js";
import {h} from "../../ui/dom.js";

/** Shows the lines that load and draw a figure's numbers in Python, with a button each that copies them. */
export function openPython(subject: PythonSubject): void {
  const dialog = h(
    "dialog",
    {class: "cite", "aria-labelledby": "python-title", onclose: () => dialog.remove()},
    h("h2", {id: "python-title"}, "In Python"),
    ...pythonSnippets(subject).flatMap(entry),
    h("button", {type: "button", onclick: () => dialog.close()}, "Close")
  );
  document.body.append(dialog);
  dialog.showModal();
}

function entry({about, code, language}: Snippet): Node[] {
  const copy = h(
    "button",
    {
      type: "button",
      onclick: async () => {
        copy.textContent = (await copyText(code)) ? "Copied" : "Copying is not allowed here";
      }
    },
    "Copy"
  );
  return [h("p", {}, about, " ", copy), h("pre", {tabindex: 0, "data-language": language}, code)];
}
