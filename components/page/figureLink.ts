/**
 * Links to figures: `#figure-NAME`. Figures come after the browser has looked for what an address names, and those above
 * grow as they are drawn, so the page goes to the figure itself, stays with it until the reader moves, and marks it.
 */
import {pageName} from "../site/pageName.js";

/** How long the page waits for a figure, and keeps it in view while others grow, in ms. */
const patience = 20_000;

/** What says that the reader goes elsewhere. */
const moves = ["wheel", "touchmove", "keydown", "pointerdown"] as const;

/** Figures that links know by another name, by page and anchor. */
const renamed: Readonly<Record<string, string>> = {"segmentation#figure-agreement": "figure-method-agreement"};

/** Goes to the figure that the address names, now and whenever it names another. */
export function followFigureLinks(): void {
  let stop = () => {};
  const follow = () => {
    stop();
    if (!location.hash.startsWith("#figure-")) return;
    stop = stayWith(renamed[pageName(location.pathname) + location.hash] ?? decodeURIComponent(location.hash.slice(1)));
  };
  addEventListener("hashchange", follow);
  follow();
}

/** Keeps a figure at the top of the window until the reader moves. */
function stayWith(id: string): () => void {
  const arrivals = new MutationObserver(() => look());
  const growth = new ResizeObserver(() => look());
  let found: HTMLElement | null = null;
  const look = () => {
    const figure = document.getElementById(id);
    if (!figure) return;
    if (figure !== found) {
      found?.classList.remove("is-linked");
      found = figure;
      figure.classList.add("is-linked");
      growth.observe(document.body);
    }
    figure.scrollIntoView({block: "start", behavior: "instant"});
  };
  const stop = () => {
    arrivals.disconnect();
    growth.disconnect();
    clearTimeout(timer);
    for (const name of moves) removeEventListener(name, stop);
  };
  const timer = setTimeout(stop, patience);
  arrivals.observe(document.body, {childList: true, subtree: true});
  for (const name of moves) addEventListener(name, stop, {passive: true});
  look();
  return () => {
    stop();
    found?.classList.remove("is-linked");
  };
}
