import {siteRoot} from "../../site/files.js";
import type {Caption} from "./caption.js";

/** A frame that shows one figure alone, live, in a page elsewhere. Hosts may forbid it: `docs/sharing.md`. */
export function embedSnippet({id, title}: Caption, address: string, figure: HTMLElement): string {
  const shown = new URL(address);
  const url = new URL("embed.html", siteRoot);
  url.search = shown.search;
  url.searchParams.set("figure", id);
  const {width, height} = figure.getBoundingClientRect();
  const quoted = title.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  const source = url.href.replaceAll("&", "&amp;");
  return `<iframe src="${source}" title="${quoted}" width="${Math.round(width)}" height="${Math.round(height)}" style="border: 0; max-width: 100%" loading="lazy" allow="clipboard-write"></iframe>`;
}
