/** A figure for a paper: as wide as a column, in its type, light, without the page's own words. */
import {fileName} from "./caption.js";
import type {FamilyId} from "./faces.js";
import {exportKinds, type ExportKind, type KindId, type ExportedFigure} from "./kinds.js";
import {texTable} from "./latex.js";
import type {PaperOptions} from "./picture.js";
import {copyText, save} from "./save.js";

/** The width of type in figures on the page, in CSS pixels: what becomes the chosen size. */
const pageType = 13;

/** Widths of the usual classes of two columns, in inches. */
export const widths = {column: 3.25, text: 6.875} as const;

/** Figures that show what a figure of the paper shows, and the paper's number of it. */
export const paperFigures: Readonly<Record<string, number>> = {attention: 1, stages: 3, propagation: 5};

/** What a reader chooses for a paper. */
export interface PaperChoice {
  inches: number;
  /** In points. */
  type: number;
  family: FamilyId;
  title: boolean;
  caption: boolean;
  perInch: number;
}

export const usualPaper: PaperChoice = {
  inches: widths.text,
  type: 8,
  family: "tinos",
  title: false,
  caption: false,
  perInch: 300
};

/** The layout that makes type and width come out as chosen. */
export function paperOptions({inches, type, family, title, caption, perInch}: PaperChoice): PaperOptions {
  const margin = 2;
  const width = (inches * 72 * pageType) / type - 2 * margin;
  const without = [...(title ? [] : [".figure-header"]), ...(caption ? [] : ["figcaption"])].join(", ");
  return {width, inches, family, perInch, margin, ...(without && {without})};
}

/** Saves a figure as it is chosen for a paper. */
export async function savePaper(subject: ExportedFigure, id: KindId, choice: PaperChoice): Promise<void> {
  const {make, end}: ExportKind = exportKinds[id];
  save(await make(subject, paperOptions(choice)), `${fileName(subject.caption)}.${end}`);
}

/** Copies a figure's numbers as a LaTeX table; false where the browser does not allow it. */
export function copyTable({rows, caption}: ExportedFigure): Promise<boolean> {
  return copyText(texTable(rows?.() ?? [], caption));
}
