import {h} from "../../ui/dom.js";
import {copyText} from "../export/save.js";

/** A command to copy: what it does, then the words. */
export function commandLine(about: string, command: string): HTMLElement {
  const button = h("button", {type: "button", class: "copy"}, "Copy");
  button.addEventListener("click", async () => {
    button.textContent = (await copyText(command)) ? "Copied" : "Not allowed";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  return h("div", {class: "command"}, h("p", {}, about), h("div", {}, h("code", {}, command), button));
}
