/** The reader's notes: remarks on figures, each with the state that it is about. */
import {strToU8, zipSync} from "fflate";
import {figureNamed} from "../figures/catalog.js";
import {save} from "../figures/export/save.js";
import {markdownPlace} from "../page/markdown.js";
import {added, edited, newSlide, removed, type Deck, type Slide} from "../site/deck/deck.js";
import {changeShelf, followShelf, readShelf} from "../site/deck/kept.js";
import {siteRoot} from "../site/files.js";
import {parseSelection} from "../site/selection.js";
import {bothSides} from "../site/side.js";
import {h} from "../ui/dom.js";
import {reasonOf} from "../ui/reason.js";

/** Lists the notes, to be read, changed, made slides of and saved. */
export function noteList(): HTMLElement {
  const message = h("p", {class: "deck-message", role: "status"});
  const list = h("ol", {class: "notes"});
  const say = (words: string) => (message.textContent = words);
  const guarded = (act: () => Promise<unknown>) => () => void act().catch((thrown: unknown) => say(reasonOf(thrown)));
  const button = (label: string, act: () => Promise<unknown>) =>
    h("button", {type: "button", onclick: guarded(act)}, label);
  const show = (notes: Deck): void =>
    list.replaceChildren(
      ...(notes.slides.length > 0
        ? notes.slides.map(item)
        : [h("li", {}, "No notes yet: “Note” under any figure keeps one.")])
    );
  const change = async (edit: (notes: Deck) => Deck): Promise<void> => show(await changeShelf("notes", edit));
  const item = (note: Slide): HTMLElement => {
    const text = h("textarea", {rows: 4, "aria-label": `Remark on ${note.title}`}, note.remark);
    text.addEventListener(
      "change",
      guarded(() => change((notes) => edited(notes, note.id, {remark: text.value})))
    );
    return h(
      "li",
      {class: "note-item"},
      note.picture ? h("img", {src: note.picture, alt: ""}) : null,
      h(
        "div",
        {},
        h("p", {}, h("a", {href: noteAddress(note)}, note.title)),
        markdownPlace(note.remark, {class: "deck-remark"}),
        h("details", {}, h("summary", {}, "Change"), text),
        button("To deck", async () => {
          const notes = await readShelf("notes");
          await changeShelf("deck", (deck) => added(deck, newSlide({...note}), undefined, notes.data));
          say("Added to the deck.");
        }),
        button("Remove", () => change((notes) => removed(notes, note.id)))
      )
    );
  };
  const read = async () => show(await readShelf("notes"));
  followShelf("notes", guarded(read));
  guarded(read)();
  return h(
    "section",
    {class: "deck-editor note-list"},
    h(
      "div",
      {class: "deck-actions"},
      button("Save as Markdown", async () => saveNotes(await readShelf("notes")))
    ),
    message,
    list
  );
}

/** The page and the state that a note is about. */
function noteAddress({figures}: Slide): string {
  const [{figure, selection, beside}] = figures;
  const page = figureNamed(figure)?.page ?? "live";
  const url = new URL(`${page}.html`, siteRoot);
  url.search = beside ? bothSides(parseSelection(selection), parseSelection(beside.selection)) : selection;
  url.hash = `figure-${figure}${beside ? "-ab" : ""}`;
  return url.href;
}

/** A zip of the notes as Markdown, with their pictures beside it. */
function saveNotes(notes: Deck): void {
  const files: Record<string, Uint8Array> = {};
  const parts = notes.slides.map((note, i) => {
    const name = `note-${String(i + 1).padStart(2, "0")}.jpg`;
    const [, data] = note.picture?.split(",") ?? [];
    if (data) files[name] = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    return noteText(note, noteAddress(note), data ? name : undefined);
  });
  files["notes.md"] = strToU8(`# Notes\n\n${parts.join("\n")}`);
  save(new Blob([Uint8Array.from(zipSync(files))], {type: "application/zip"}), "notes.zip");
}

/** One note as Markdown. */
export function noteText({title, remark}: Slide, address: string, picture?: string): string {
  const name = title.replace(/([\\[\]])/g, "\\$1");
  return [`## ${title}`, picture ? `![${name}](${picture})` : "", remark.trim(), `[The figure](<${address}>)`]
    .filter(Boolean)
    .join("\n\n")
    .concat("\n");
}
