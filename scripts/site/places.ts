/**
 * Places that figures keep from the first paint on: how high each block of a page will be, as measured
 * (`bench/block-heights.ts`). Without them, text moves as code and numbers arrive.
 */
import {existsSync, readFileSync} from "node:fs";
import {fileURLToPath} from "node:url";

/** Heights of a page's blocks in their order, in px, by page and width of the window; 0 where nothing is kept. */
export type BlockHeights = Record<string, Record<string, number[]>>;

export const heightsFile = fileURLToPath(new URL("../../data/block-heights.json", import.meta.url));

/** Widths of the window that heights are measured at; between two of them, the nearer holds. */
export const measuredWidths = [390, 820, 1280, 1440, 1920];

let known: BlockHeights | undefined;

function heights(): BlockHeights {
  known ??= existsSync(heightsFile) ? (JSON.parse(readFileSync(heightsFile, "utf8")) as BlockHeights) : {};
  return known;
}

/** The style that keeps a page's places, as HTML; empty for a page without any. */
export function placesStyle(page: string, measured: BlockHeights = heights()): string {
  const ofPage = measured[page];
  if (!ofPage) return "";
  const rules = measuredWidths.map((width, i) => {
    const from = i === 0 ? 0 : Math.ceil((measuredWidths[i - 1] + width) / 2);
    const to = i === measuredWidths.length - 1 ? 99999 : Math.ceil((width + measuredWidths[i + 1]) / 2) - 0.02;
    const blocks = (ofPage[width] ?? []).flatMap((height, k) =>
      height ? [`${blockSelector(k + 1)}{min-height:${height}px}`] : []
    );
    return `@media screen and (min-width:${from}px) and (max-width:${to}px){${blocks.join("")}}`;
  });
  return `<style>${rules.join("")}html{--drawing-place:4.5rem}</style>`;
}

/** A block of the page until its figure is drawn; one that has no figure keeps its place. */
function blockSelector(index: number): string {
  return `html:not(.is-talking) #observablehq-main>:nth-child(${index} of .observablehq--block):not(:has([data-drawn]))`;
}
