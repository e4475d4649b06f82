/** What a reader does with a figure: links to it, keeps, saves and prints it, takes its numbers along, cites it. */
import type {Feed, Place} from "../../site/feed.js";
import {siteRoot} from "../../site/files.js";
import {ownPicture} from "../../site/guest.js";
import {pageName} from "../../site/pageName.js";
import {h} from "../../ui/dom.js";
import {reasonOf} from "../../ui/reason.js";
import {fileName, type Caption} from "../export/caption.js";
import {embedSnippet} from "../export/embed.js";
import {copyPicture, exportKinds, kindIds, type ExportedFigure, type ExportKind, type KindId} from "../export/kinds.js";
import {copyTable, paperFigures, savePaper, usualPaper} from "../export/paper.js";
import {openPaper} from "../export/paperDialog.js";
import {copyText, save} from "../export/save.js";
import {openCitations} from "./cite.js";
import {showLink, showProblem} from "./linkField.js";
import {openPython} from "./python.js";
import type {Rows} from "./rows.js";

/** A figure as its actions see it. */
export interface Acting {
  /** The figure's name in the catalogue. */
  id: string;
  element: HTMLElement;
  place: Place;
  /** The address that shows it as a slide. */
  slide: string;
  /** Whether its numbers are a table to be printed. */
  table?: boolean;
  /** The feeds of its two sides, where it holds a figure twice. */
  pair?: readonly [a: Feed, b: Feed];
  /** What it says and holds now. */
  state: () => {title: string; source?: string; data?: (() => Rows) | null; still?: boolean};
  caption: () => Caption;
  /** The address that shows this figure as it is now, and when defaults have changed. */
  address: () => string;
}

/** The line of actions, and where they say what became of them. */
interface Line extends Acting {
  line: HTMLElement;
  copied: HTMLElement;
}

/**
 * The actions of a figure.
 *
 * @param own what else the figure gives to take along
 * @returns the line of them, and what hides those that have nothing to take: to be called when the numbers change
 */
export function figureActions(
  acting: Acting,
  own: readonly Node[] = []
): {element: HTMLElement; offer: (data: boolean) => void} {
  const line = h("div", {class: "figure-actions"});
  const copied = h("span", {class: "visually-hidden", role: "status"});
  const on: Line = {...acting, line, copied};
  const {pair, table} = acting;
  const saving = new Map(
    kindIds.map((id) => [
      id,
      action(exportKinds[id].label, exportKinds[id].hint, ({shiftKey}) => saveAs(on, id, shiftKey))
    ])
  );
  const latex = copying(on, "LaTeX", "Copy the numbers as a LaTeX table (booktabs)", "Table", () =>
    copyTable(exported(on))
  );
  const python = action("Python", "Load and draw these numbers in Python, and make them anew", () => askPython(on));
  line.append(
    ...showing(on),
    ...keeping(on),
    ...saving.values(),
    latex,
    ...printing(on),
    ...own,
    ...(pair ? [] : [python]),
    action("Cite", "The paper and this figure, as BibTeX", () => {
      const {title, source = ""} = acting.state();
      openCitations({title, source, address: acting.address()});
    }),
    copied
  );
  const offer = (data: boolean) => {
    // A LaTeX table of hundreds of patches serves nobody.
    latex.hidden = !table || !data;
    for (const [id, button] of saving) button.hidden = exportKinds[id].of === "numbers" && !data;
    python.hidden = !data;
  };
  return {element: line, offer};
}

function action(label: string, hint: string, act: (event: MouseEvent) => unknown): HTMLButtonElement {
  return h("button", {type: "button", title: hint, onclick: act}, label);
}

/** An action that copies says so where it was pressed, and to whoever listens. */
function copying(
  {copied}: Line,
  label: string,
  hint: string,
  what: string,
  copy: (event: MouseEvent) => Promise<boolean>
): HTMLButtonElement {
  const button = action(label, hint, async (event) => {
    copied.textContent = "";
    const done = await copy(event);
    copied.textContent = done ? `${what} copied` : "Copying is not allowed here";
    button.textContent = done ? "Copied" : "Not allowed";
    setTimeout(() => (button.textContent = label), 1500);
  });
  return button;
}

/** An action whose failure is said below the figure. */
function trying({line}: Line, label: string, hint: string, act: () => Promise<unknown>): HTMLButtonElement {
  return action(label, hint, () => act().catch((thrown: unknown) => showProblem(line, reasonOf(thrown))));
}

/** The figure as it is exported. */
function exported({element, caption, state}: Acting): ExportedFigure {
  const {data} = state();
  return {figure: element, caption: caption(), ...(data && {rows: data})};
}

/** The figure elsewhere, as it is now: by a link, as a slide, as a copied picture. */
function showing(on: Line): HTMLElement[] {
  return [
    copying(on, "Link", "Copy a link to this figure with everything that is chosen", "Link", async () => {
      const done = await copyText(on.address());
      if (!done) showLink(on.line, on.address());
      return done;
    }),
    h("a", {href: on.slide, title: "Show this figure as a slide (t)"}, "Slide"),
    copying(
      on,
      "Copy",
      "Copy a picture, twice the size, on white (with Shift, as it looks here)",
      "Picture",
      ({shiftKey}) => copyPicture(exported(on), {asShown: shiftKey})
    )
  ];
}

/** In the reader's deck, and among the notes. */
function keeping(on: Line): HTMLElement[] {
  const {element, place, pair, line, copied} = on;
  const [first, beside] = pair ?? [place];
  const keepable = () => ({figure: element, caption: on.caption(), place: first, beside, still: on.state().still});
  const tell = (words: string) => {
    copied.textContent = words;
    line.querySelector(".figure-kept")?.remove();
    const deck = h("a", {href: new URL("deck.html", siteRoot).href}, "Open the deck");
    line.append(h("p", {class: "figure-kept"}, `${words} `, deck));
  };
  return [
    trying(on, "To deck", "Add this figure to your deck, as it is now", async () => {
      const {keepFigure} = await import("./keep.js");
      tell(`Slide ${await keepFigure(keepable(), "deck")} of your deck.`);
    }),
    action("Note", "Keep a remark with this figure as it is now", async () => {
      const {openRemark} = await import("./keep.js");
      openRemark(keepable(), (count) => tell(`Note ${count} is kept.`));
    })
  ];
}

async function saveAs(on: Line, id: KindId, asShown: boolean): Promise<void> {
  const {make, end}: ExportKind = exportKinds[id];
  on.copied.textContent = "";
  try {
    save(await make(exported(on), {asShown}), `${fileName(on.caption())}.${end}`);
  } catch (thrown) {
    showProblem(on.line, reasonOf(thrown));
  }
}

/** For a paper, as a film, and as a frame in another page. */
function printing(on: Line): HTMLElement[] {
  const {id, pair, element, place, caption} = on;
  const number = pair ? undefined : paperFigures[id];
  return [
    action("For a paper…", "Width, type and typeface of a paper; LaTeX", () => openPaper(() => exported(on))),
    ...(number === undefined
      ? []
      : [
          trying(on, `As Fig. ${number}`, `As Figure ${number} of the paper: a PDF over both columns, 8 pt`, () =>
            savePaper(exported(on), "pdf", usualPaper)
          )
        ]),
    ...(pair
      ? []
      : [
          action("Film…", "A moving picture: GIF, MP4 or WebM over the layers or another slider", async () => {
            const {openFilm} = await import("../export/filmDialog.js");
            openFilm(element, place, caption);
          })
        ]),
    copying(on, "Embed", "Copy a frame for another page that shows this figure alone, live", "The frame", () =>
      copyText(embedSnippet(caption(), on.address(), element))
    )
  ];
}

function askPython({place, state, caption}: Acting): void {
  const {model, image, layer} = place.store.shown;
  const {source, data} = state();
  const made = source?.split(" · ").includes(model) && pageName(location.pathname) !== "live";
  openPython({
    file: fileName(caption()),
    rows: data!(),
    layer,
    ...(made && image !== ownPicture && {record: `${model}/${image}`})
  });
}
