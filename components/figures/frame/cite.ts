import {paper, sources} from "../../site/sources.js";
import {copyText} from "../export/save.js";
import {h} from "../../ui/dom.js";

/** The paper whose method the site shows. */
export const paperBibtex = `@inproceedings{jin2025feature,
  title     = {Feature Purification Matters: Suppressing Outlier Propagation for Training-Free Open-Vocabulary Semantic Segmentation},
  author    = {Jin, Shuo and Yu, Siyue and Zhang, Bingfeng and Sun, Mingjie and Dong, Yi and Xiao, Jimin},
  booktitle = {Proceedings of the IEEE/CVF International Conference on Computer Vision (ICCV)},
  month     = {October},
  year      = {2025},
  pages     = {20291--20300},
  url       = {${paper.address}}
}`;

/** How to cite one figure of the site as it is shown now, with who computed its numbers. */
export function figureBibtex(figure: {title: string; source: string; address: string}, day = new Date()): string {
  const {title, source, address} = figure;
  return `@misc{${keyOf(address)},
  title        = {SFP Explorer: attention outliers in vision transformers, layer by layer},
  year         = {${day.getFullYear()}},
  howpublished = {\\url{${address}}},
  note         = {Figure \`\`${braced(title)}''${source ? `; ${braced(source)}` : ""}. Seen ${day.toISOString().slice(0, 10)}}
}`;
}

/** A key of the figure's own: its name, and a hash (FNV-1a) of the address with all that is chosen. */
function keyOf(address: string): string {
  let hash = 0x811c9dc5;
  for (const character of address) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193) >>> 0;
  const name = /#figure-([a-z0-9-]+)$/.exec(address)?.[1] ?? "site";
  return `sfpexplorer-${name}-${hash.toString(16).padStart(8, "0")}`;
}

/** Shows both citations, with a button each that copies it. */
export function openCitations(figure: {title: string; source: string; address: string}): void {
  const dialog = h(
    "dialog",
    {class: "cite", "aria-labelledby": "cite-title", onclose: () => dialog.remove()},
    h("h2", {id: "cite-title"}, "Cite"),
    ...entry("The paper, for the method and its claims", paperBibtex),
    ...entry("This figure, for numbers that were computed here", figureBibtex(figure)),
    sources(),
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
