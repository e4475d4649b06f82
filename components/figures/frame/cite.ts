import {copyText} from "./export.js";
import {h} from "../../ui/dom.js";

/** The paper whose method the site shows. */
export const paperBibtex = `@inproceedings{jin2025feature,
  title     = {Feature Purification Matters: Suppressing Outlier Propagation for Training-Free Open-Vocabulary Semantic Segmentation},
  author    = {Jin, Shuo and Yu, Siyue and Zhang, Bingfeng and Sun, Mingjie and Dong, Yi and Xiao, Jimin},
  booktitle = {Proceedings of the IEEE/CVF International Conference on Computer Vision (ICCV)},
  year      = {2025}
}`;

/** How to cite one figure of the site as it is shown now, with who computed its numbers. */
export function figureBibtex(figure: {title: string; source: string; address: string}, day = new Date()): string {
  const {title, source, address} = figure;
  return `@misc{sfpexplorer,
  title        = {SFP Explorer: attention outliers in vision transformers, layer by layer},
  year         = {${day.getFullYear()}},
  howpublished = {\\url{${address}}},
  note         = {Figure \`\`${braced(title)}''${source ? `; ${braced(source)}` : ""}. Seen ${day.toISOString().slice(0, 10)}}
}`;
}

/** Shows both citations, with a button each that copies it. */
export function openCitations(figure: {title: string; source: string; address: string}): void {
  const dialog = h(
    "dialog",
    {class: "cite", "aria-labelledby": "cite-title", onclose: () => dialog.remove()},
    h("h2", {id: "cite-title"}, "Cite"),
    ...entry("The paper, for the method and its claims", paperBibtex),
    ...entry("This figure, for numbers that were computed here", figureBibtex(figure)),
    h("button", {type: "button", onclick: () => dialog.close()}, "Close")
  );
  document.body.append(dialog);
  dialog.showModal();
}

function entry(name: string, bibtex: string): Node[] {
  const copy = h(
    "button",
    {
      type: "button",
      onclick: async () => {
        copy.textContent = (await copyText(bibtex)) ? "Copied" : "Copying is not allowed here";
      }
    },
    "Copy"
  );
  return [h("p", {}, name, " ", copy), h("pre", {tabindex: 0}, bibtex)];
}

/** Characters that mean something to TeX, made harmless. */
function braced(text: string): string {
  return text.replace(/[\\{}]/g, "").replace(/[#$%&_^~]/g, (character) => `\\${character}`);
}
