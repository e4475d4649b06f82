/** Says what a marked term means where it stands: on hover, on focus, and read aloud with the link. */
import {h} from "../ui/dom.js";

/** How far a note keeps from its term and from the window's edges. */
const gap = 8;

/** Shows the notes that the build wrote on the terms of a page. */
export function explainTerms(): void {
  const note = h("div", {class: "term-note", id: "term-note", role: "tooltip", popover: "manual"});
  let shown: HTMLElement | undefined;
  const show = (term: HTMLElement) => {
    if (shown === term) return;
    hide();
    shown = term;
    note.textContent = term.dataset.note ?? "";
    if (!note.isConnected) document.body.append(note);
    term.setAttribute("aria-describedby", note.id);
    note.showPopover();
    place(note, term);
  };
  const hide = () => {
    if (!shown) return;
    shown.removeAttribute("aria-describedby");
    shown = undefined;
    note.hidePopover();
  };
  const termOf = (event: Event) =>
    event.target instanceof Element ? event.target.closest<HTMLElement>("a.term[data-note]") : null;
  document.addEventListener("pointerover", (event) => {
    const term = termOf(event);
    if (term) show(term);
    // The pointer may rest on the note, to read it or to copy from it.
    else if (event.target !== note) hide();
  });
  document.addEventListener("focusin", (event) => {
    const term = termOf(event);
    if (term) show(term);
    else hide();
  });
  // Focus itself scrolls a page: the note of a focused term goes along.
  const follow = () => {
    if (shown && shown === document.activeElement) place(note, shown);
    else hide();
  };
  addEventListener("scroll", follow, {passive: true});
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || !shown) return;
      hide();
      event.stopPropagation();
    },
    {capture: true}
  );
}

/** Below the term, or above it where there is no room below, within the window. */
function place(note: HTMLElement, term: HTMLElement): void {
  const [line] = term.getClientRects();
  const {width, height} = note.getBoundingClientRect();
  const left = Math.max(gap, Math.min(line.left, document.documentElement.clientWidth - width - gap));
  const below = line.bottom + gap + height < innerHeight;
  note.style.left = `${left}px`;
  note.style.top = `${below ? line.bottom + gap : line.top - gap - height}px`;
}
