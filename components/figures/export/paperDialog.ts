/** Asks how a figure is wanted for a paper, and gives it in the kinds that show it, and as LaTeX. */
import {h} from "../../ui/dom.js";
import {reasonOf} from "../../ui/reason.js";
import {fileName} from "./caption.js";
import {chosenFamilies, typefaces} from "./faces.js";
import {exportKinds, kindIds, type ExportedFigure} from "./kinds.js";
import {texFigure} from "./latex.js";
import {savePaper, usualPaper, widths, type PaperChoice} from "./paper.js";
import {copyText} from "./save.js";

/** Shows what can be chosen for a figure in a paper. */
export function openPaper(subject: () => ExportedFigure): void {
  const problem = h("p", {class: "figure-problem", role: "alert"});
  const say = (words: string) => (problem.textContent = words);
  const {rows, choice} = paperFields(say);
  const act = (label: string, does: () => Promise<unknown>) => {
    const onclick = async () => {
      say("");
      await does().catch((thrown: unknown) => say(reasonOf(thrown)));
    };
    return h("button", {type: "button", onclick}, label);
  };
  const latex = act("Copy LaTeX", async () => {
    const {caption} = subject();
    const text = texFigure(caption, fileName(caption), choice().inches);
    if (!(await copyText(text))) throw new Error(`Copying is not allowed here:\n${text}`);
    latex.textContent = "Copied";
  });
  const drawings = kindIds.filter((id) => exportKinds[id].of === "drawing");
  const dialog = h(
    "dialog",
    {class: "paper", "aria-labelledby": "paper-title", onclose: () => dialog.remove()},
    h("h2", {id: "paper-title"}, "For a paper"),
    ...rows,
    problem,
    h(
      "div",
      {class: "paper-row"},
      ...drawings.map((id) => act(exportKinds[id].label, () => savePaper(subject(), id, choice()))),
      latex,
      h("button", {type: "button", onclick: () => dialog.close()}, "Close")
    )
  );
  document.body.append(dialog);
  dialog.showModal();
}

/** The fields in rows, and what is chosen in them. */
function paperFields(say: (words: string) => void): {rows: HTMLElement[]; choice: () => PaperChoice} {
  let choice = usualPaper;
  const set = (change: Partial<PaperChoice>) => {
    choice = {...choice, ...change};
  };
  const number = (label: string, key: "inches" | "type" | "perInch", least: number, most: number, step: number) => {
    const onchange = () => {
      const value = field.valueAsNumber;
      if (value >= least && value <= most) return set({[key]: value});
      say(`${label} is a number from ${least} to ${most}.`);
      field.value = String(choice[key]);
    };
    const field = h("input", {type: "number", min: least, max: most, step, value: choice[key], onchange});
    return {label: h("label", {}, label, field), field};
  };
  const width = number("Width in inches", "inches", 1, 20, 0.001);
  const preset = (label: string, inches: number) => {
    const onclick = () => {
      set({inches});
      width.field.value = String(inches);
    };
    return h("button", {type: "button", onclick}, label);
  };
  const family = h(
    "select",
    {onchange: () => set({family: chosenFamilies.find((id) => id === family.value)!})},
    ...chosenFamilies.map((id) => h("option", {value: id, selected: id === choice.family}, typefaces[id].label))
  );
  const check = (label: string, key: "title" | "caption") => {
    const box = h("input", {type: "checkbox", onchange: () => set({[key]: box.checked})});
    return h("label", {class: "check"}, box, label);
  };
  const row = (...children: Node[]) => h("div", {class: "paper-row"}, ...children);
  const rows = [
    row(preset("One column, 3.25 in", widths.column), preset("Both, 6.875 in", widths.text)),
    row(
      width.label,
      number("Type in points", "type", 4, 24, 0.5).label,
      h("label", {}, "Typeface", family),
      number("PNG: dots an inch", "perInch", 72, 1200, 1).label
    ),
    row(check("with its title", "title"), check("with its caption", "caption"))
  ];
  return {rows, choice: () => choice};
}
