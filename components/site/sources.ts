/** Where what the site speaks of comes from: the paper, its authors' code, and this project. */
import {h} from "../ui/dom.js";

export const paper = {
  /** The conference's open-access page, with the PDF and its supplement. */
  address:
    "https://openaccess.thecvf.com/content/ICCV2025/html/Jin_Feature_Purification_Matters_Suppressing_Outlier_Propagation_for_Training-Free_Open-Vocabulary_Semantic_ICCV_2025_paper.html",
  code: "https://github.com/Kimsure/SFP"
} as const;

/** This project's repository, where the build knew it: `scripts/site/repository.ts`. */
export function repository(): string | undefined {
  return document.querySelector<HTMLMetaElement>("meta[name=sfp-repository]")?.content || undefined;
}

/** Links to all of them, as one line. */
export function sources(): HTMLElement {
  const own = repository();
  const links: [name: string, address: string][] = [
    ["the paper (ICCV 2025, open access)", paper.address],
    ["its authors’ code", paper.code],
    ...(own ? [["this project’s repository", own] as [string, string]] : [])
  ];
  return h(
    "p",
    {class: "aside sources"},
    "Sources: ",
    ...links.flatMap(([name, address], i) => [i > 0 ? " · " : null, h("a", {href: address, rel: "noreferrer"}, name)])
  );
}
