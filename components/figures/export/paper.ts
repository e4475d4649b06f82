/** A figure for a paper: as wide as a column, in its type, light, without the page's own words. */
import {h} from "../../ui/dom.js";
import {reasonOf} from "../../ui/reason.js";
import {fileName} from "./caption.js";
import {chosenFamilies, typefaces, type FamilyId} from "./faces.js";
import {kindIds, exportKinds, type ExportKind, type KindId, type ExportedFigure} from "./kinds.js";
import {texFigure, texTable} from "./latex.js";
import type {PaperOptions} from "./picture.js";
import {copyText, save} from "./save.js";

/** The width of type in figures on the page, in CSS pixels: what becomes the chosen size. */
const pageType = 13;

/** Widths of the usual classes of two columns, in inches. */
const widths = {column: 3.25, text: 6.875} as const;

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

/** Asks how, and gives the figure in the kinds that show it, and as LaTeX. */
export function openPaper(subject: () => ExportedFigure): void {
  let choice = usualPaper;
  const problem = h("p", {class: "figure-problem", role: "alert"});
  const set = (change: Partial<PaperChoice>) => {
    choice = {...choice, ...change};
  };
  const number = (label: string, key: "inches" | "type" | "perInch", least: number, most: number, step: number) => {
    const field = h("input", {
      type: "number",
      min: least,
      max: most,
      step,
      value: choice[key],
      onchange: () => {
        const value = field.valueAsNumber;
        if (value >= least && value <= most) return set({[key]: value});
        problem.textContent = `${label} is a number from ${least} to ${most}.`;
        field.value = String(choice[key]);
      }
    });
    return {label: h("label", {}, label, field), field};
  };
  const width = number("Width in inches", "inches", 1, 20, 0.001);
  const preset = (label: string, inches: number) =>
    h(
      "button",
      {
        type: "button",
        onclick: () => {
          set({inches});
          width.field.value = String(inches);
        }
      },
      label
    );
  const family = h(
    "select",
    {onchange: () => set({family: chosenFamilies.find((id) => id === family.value)!})},
    ...chosenFamilies.map((id) => h("option", {value: id, selected: id === choice.family}, typefaces[id].label))
  );
  const check = (label: string, key: "title" | "caption") => {
    const box = h("input", {type: "checkbox", onchange: () => set({[key]: box.checked})});
    return h("label", {class: "check"}, box, label);
  };
  const act = (label: string, does: () => Promise<unknown>) => {
    const button = h(
      "button",
      {
        type: "button",
        onclick: async () => {
          problem.textContent = "";
          try {
            await does();
          } catch (thrown) {
            problem.textContent = reasonOf(thrown);
          }
        }
      },
      label
    );
    return button;
  };
  const latex = act("Copy LaTeX", async () => {
    const {caption} = subject();
    const text = texFigure(caption, fileName(caption), choice.inches);
    if (!(await copyText(text))) throw new Error(`Copying is not allowed here:\n${text}`);
    latex.textContent = "Copied";
  });
  const dialog = h(
    "dialog",
    {class: "paper", "aria-labelledby": "paper-title", onclose: () => dialog.remove()},
    h("h2", {id: "paper-title"}, "For a paper"),
    h("div", {class: "paper-row"}, preset("One column, 3.25 in", widths.column), preset("Both, 6.875 in", widths.text)),
    h(
      "div",
      {class: "paper-row"},
      width.label,
      number("Type in points", "type", 4, 24, 0.5).label,
      h("label", {}, "Typeface", family),
      number("PNG: dots an inch", "perInch", 72, 1200, 1).label
    ),
    h("div", {class: "paper-row"}, check("with its title", "title"), check("with its caption", "caption")),
    problem,
    h(
      "div",
      {class: "paper-row"},
      ...kindIds
        .filter((id) => exportKinds[id].of === "drawing")
        .map((id) => act(exportKinds[id].label, () => savePaper(subject(), id, choice))),
      latex,
      h("button", {type: "button", onclick: () => dialog.close()}, "Close")
    )
  );
  document.body.append(dialog);
  dialog.showModal();
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
