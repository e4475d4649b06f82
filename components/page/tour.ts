/**
 * A short tour: what outliers are, and where the pages show them. It is offered once, on the first visit to the
 * overview, and never again; the foot of every page has a link for whoever wants it.
 */
import {pageName} from "../site/pageName.js";
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
    about: "figure.figure .patch-map",
    title: "A few patches collect attention",
    text: "Each square of a map is one patch. Rings mark outliers: patches that receive more attention from the class token than from themselves (Eq. 4). Many lie on plain background, so attention there is not about what the photo shows."
  },
  {
    about: ".selection-bar",
    title: "They appear layer by layer",
    text: "Move the layer, with the slider or with [ and ]. In the first layers no patch stands out; from the middle on, a few tokens grow many times larger than the median. Photo and layer stay chosen on every page and are part of the address."
  },
  {
    about: "figure.figure .figure-header",
    title: "SFP repairs them as they arise",
    text: "“With SOM” replaces each outlier by its neighbours after every layer, so that later layers no longer attend to it. Compare the maps without and with it, layer by layer."
  },
  {
    about: "figure.figure figcaption",
    title: "How each number was made",
    text: "The caption names model, layer, head, method and device. Beside it, on hover: a link to this very figure, pictures, vectors, numbers, and a citation. Press t to show every figure as a slide."
  },
  {
    about: "#observablehq-sidebar",
    title: "Follow the story",
    text: "Attention shows who attends to the outliers, Propagation how they spread, Segmentation what repair does to a mask, and Results what was measured. Live runs a picture of your own; it never leaves your machine."
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
    h("p", {}, "New here? Five steps tell what attention outliers are, and where to look."),
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
  if (subject) standClear(subject.getBoundingClientRect());
  card.focus({preventScroll: true});
}

/** The corners of the window that the card may stand in, the usual one first. */
const corners = ["bottom right", "bottom left", "top right", "top left"] as const;

/** Puts the card into the corner where it covers least of its subject. */
function standClear(subject: DOMRect): void {
  const covered = corners.map((corner) => {
    card.dataset.corner = corner;
    const box = card.getBoundingClientRect();
    const width = Math.min(box.right, subject.right) - Math.max(box.left, subject.left);
    const height = Math.min(box.bottom, subject.bottom) - Math.max(box.top, subject.top);
    return Math.max(0, width) * Math.max(0, height);
  });
  card.dataset.corner = corners[covered.indexOf(Math.min(...covered))];
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
  return pageName(location.pathname) === "index";
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
