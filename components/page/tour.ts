/**
 * A short tour of what every page has in common. It is offered once, on the first visit to the
 * overview, and never again; the foot of every page has a link for whoever wants it.
 */
import {h} from "../ui/dom.js";
import {addKeys} from "./keyboard.js";

interface Step {
  /** What the step speaks of; steps whose subject is not on the page are left out. */
  about: string;
  title: string;
  text: string;
}

const steps: readonly Step[] = [
  {
    about: ".selection-bar",
    title: "Choose what you look at",
    text: "A photo and a layer, on some pages a head. What you choose stays chosen from page to page, and is part of the address: copy it to share what you see."
  },
  {
    about: "figure.figure .patch-map",
    title: "Point, click, walk",
    text: "The pointer reads a patch in every figure at once, a click pins it. With the keyboard: Tab to a map, arrow keys to move, Enter to pin, [ and ] for the layer."
  },
  {
    about: "figure.figure figcaption",
    title: "Every figure says who made it",
    text: "Model, layer, head, method and device stand below. Beside them, on hover: link to it, save it as picture, vectors or numbers, cite it."
  },
  {
    about: ".talk-button",
    title: "Every page is a talk",
    text: "Press t, and each figure fills the window; arrow keys turn the slides. The key ? lists all keys."
  },
  {
    about: "#observablehq-sidebar",
    title: "From one image to many, and to yours",
    text: "The pages go from one photo to many. Live takes a picture of your own and keeps it on your machine. Words with dots beneath explain themselves."
  }
];

const memory = "sfp-tour";

let current: {steps: readonly Step[]; at: number} | undefined;
const card = h("div", {class: "tour", role: "dialog", "aria-label": "Tour", tabindex: -1});

/** Offers the tour on a first visit, and begins it for addresses that ask for it (`#tour`). */
export function startTour(): void {
  addKeys([], (event) => {
    if (event.key !== "Escape" || !card.isConnected) return false;
    leave();
    return true;
  });
  const followAddress = () => {
    if (location.hash !== "#tour") return;
    history.replaceState(history.state, "", location.pathname + location.search);
    remember();
    whenReady(() => go(0));
  };
  addEventListener("hashchange", followAddress);
  followAddress();
  if (isOverview() && !location.hash && !wasOffered()) whenReady(offer);
}

function offer(): void {
  if (card.isConnected || document.documentElement.classList.contains("is-talking") || !remember()) return;
  card.replaceChildren(
    h("p", {}, "New here? A tour in five steps shows what every page can do."),
    h(
      "p",
      {class: "tour-actions"},
      button("Show me", () => go(0)),
      button("No, thanks", leave)
    )
  );
  document.body.append(card);
}

function go(at: number): void {
  current ??= {steps: steps.filter(({about}) => document.querySelector(about)), at: 0};
  current.at = at;
  const step = current.steps[at];
  if (!step) return leave();
  const last = at === current.steps.length - 1;
  card.replaceChildren(
    h("p", {class: "tour-count"}, `${at + 1} of ${current.steps.length}`),
    h("h2", {}, step.title),
    h("p", {}, step.text),
    h(
      "p",
      {class: "tour-actions"},
      at > 0 ? button("Back", () => go(at - 1)) : null,
      button(last ? "Done" : "Next", () => (last ? leave() : go(at + 1))),
      last ? null : button("Leave", leave)
    )
  );
  if (!card.isConnected) document.body.append(card);
  unmark();
  const subject = document.querySelector<HTMLElement>(step.about);
  subject?.classList.add("is-toured");
  subject?.scrollIntoView({block: "nearest", behavior: "instant"});
  card.focus({preventScroll: true});
}

function leave(): void {
  unmark();
  current = undefined;
  card.remove();
}

function unmark(): void {
  for (const element of document.querySelectorAll(".is-toured")) element.classList.remove("is-toured");
}

function button(label: string, act: () => void): HTMLElement {
  return h("button", {type: "button", onclick: act}, label);
}

function isOverview(): boolean {
  return /\/(index)?$/.test(location.pathname);
}

function wasOffered(): boolean {
  try {
    return localStorage.getItem(memory) !== null;
  } catch {
    return true;
  }
}

/** Notes that the tour was offered; false where nothing can be noted, and where it would come back. */
function remember(): boolean {
  try {
    localStorage.setItem(memory, "offered");
    return true;
  } catch {
    return false;
  }
}

/** Waits for the first figure to be drawn: what the tour points at is there then. */
function whenReady(act: () => void, patience = 40): void {
  if (document.querySelector("figure[data-drawn]") || patience === 0) act();
  else setTimeout(() => whenReady(act, patience - 1), 250);
}
