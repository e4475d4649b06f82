/** The presenter's window: notes, the next slide and a clock. It follows the talk, and its keys move the talk. */
import {h, isDark} from "../ui/dom.js";

/** What the presenter sees of a slide. */
export interface SlideBrief {
  title: string;
  /** Notes, made for each use anew. */
  notes?: () => Node;
  /** A picture of it, as an address. */
  picture?: string;
}

interface Talk {
  brief: (slide: HTMLElement) => SlideBrief | undefined;
  /** Answers a key as the talk does. */
  take: (event: KeyboardEvent) => boolean;
}

interface Open {
  window: Window;
  talk: Talk;
  began: number;
  clock: ReturnType<typeof setInterval>;
}

let opened: Open | undefined;

/** Opens the window, or brings it to the front. A browser that blocks it is told by the page itself. */
export function openPresenter(talk: Talk): void {
  if (opened && !opened.window.closed) {
    opened.window.focus();
    return;
  }
  const window = globalThis.open("", "sfp-presenter", "popup,width=900,height=640");
  if (!window) {
    alert("The browser did not open the presenter’s window: allow this page to open windows.");
    return;
  }
  const {document: page} = window;
  page.title = "Presenter";
  page.documentElement.style.colorScheme = isDark() ? "dark" : "light";
  page.head.replaceChildren(page.importNode(h("style", {}, style), true));
  window.addEventListener("keydown", (event) => {
    if (talk.take(event)) event.preventDefault();
  });
  const began = Date.now();
  const clock = setInterval(() => tick(), 500);
  opened = {window, talk, began, clock};
}

/** Shows which slide is on, and what comes next. */
export function followPresenter(slides: readonly HTMLElement[], slide: HTMLElement): void {
  if (!opened || opened.window.closed) return;
  const at = slides.indexOf(slide);
  const next = slides[at + 1];
  const {document: page} = opened.window;
  const [now, then] = [slide, next].map((each) => each && (opened!.talk.brief(each) ?? ownBrief(each)));
  const notes = now.notes?.();
  page.body.replaceChildren(
    h("header", {}, h("b", {}, `${at + 1} / ${slides.length}`), h("time", {id: "clock"}), h("time", {id: "spent"})),
    h("section", {class: "now"}, h("h1", {}, now.title), notes ?? h("p", {class: "none"}, "No notes.")),
    h(
      "aside",
      {},
      h("h2", {}, next ? "Next" : "The last slide"),
      then?.picture ? h("img", {src: then.picture, alt: ""}) : null,
      then ? h("p", {}, then.title) : null
    ),
    h("footer", {}, "→ next · ← before · ↑ ↓ layers · b black · Esc ends the talk")
  );
  tick();
}

/** Closes the window with the talk. */
export function closePresenter(): void {
  clearInterval(opened?.clock);
  opened?.window.close();
  opened = undefined;
}

/** A figure that is a slide by itself. */
function ownBrief(figure: HTMLElement): SlideBrief {
  const text = (name: string) => figure.querySelector(`.figure-${name}`)?.textContent ?? "";
  return {title: text("title"), notes: () => h("p", {}, text("reading"))};
}

function tick(): void {
  if (!opened || opened.window.closed) return;
  const {document: page} = opened.window;
  const clock = page.getElementById("clock");
  const spent = page.getElementById("spent");
  if (clock) clock.textContent = new Date().toLocaleTimeString([], {hour: "2-digit", minute: "2-digit"});
  const seconds = Math.floor((Date.now() - opened.began) / 1000);
  if (spent) spent.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const style = `
body { margin: 0; min-height: 100vh; box-sizing: border-box; padding: 1.5rem; display: grid; gap: 1rem 2rem;
  grid: auto 1fr auto / minmax(0, 3fr) minmax(0, 2fr); font: 1.25rem/1.5 Inter, system-ui, sans-serif;
  background: Canvas; color: CanvasText; }
header, footer { grid-column: 1 / -1; display: flex; gap: 2rem; align-items: baseline; font-variant-numeric: tabular-nums; }
header { font-size: 1.75rem; } #spent { margin-left: auto; } footer { font-size: 0.875rem; opacity: 0.7; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 0.5rem; } h2 { font-size: 1rem; margin: 0 0 0.5rem; }
.none { opacity: 0.6; } img { max-width: 100%; border: 1px solid GrayText; } section { overflow: auto; }`;
