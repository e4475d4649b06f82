/**
 * Talk mode: each figure of a page is a slide. Figures stay where they are in the page, so that what
 * is pinned, loaded and linked stays so; only their surroundings are hidden. The address names the
 * slide by its figure (`#talk=attention`; a number does too), so a talk is a list of links.
 */
import {h, magnify} from "../ui/dom.js";
import {addKeys} from "./keyboard.js";
import {fitSlide} from "./slide.js";
import {slideAddress, slideIndex} from "./slideAddress.js";
import {closePresenter, followPresenter, openPresenter, type SlideBrief} from "./presenter.js";
import {openOverview} from "./talkOverview.js";
import {endTools, goBlack, liftBlack, toggleLaser} from "./talkTools.js";
import {goTo, leaveFullScreen, toggleFullScreen} from "./talkStage.js";

/** Sharper canvases, because slides are scaled up. */
const sharpness = 2;

const main = () => document.getElementById("observablehq-main");

/** The slides of the page in reading order: its figures, or on the Deck page the deck's slides, which hold figures. */
function slides(): HTMLElement[] {
  const all = [...(main()?.querySelectorAll<HTMLElement>("figure.figure, .deck-slide") ?? [])];
  const decked = all.filter((element) => element.matches(".deck-slide"));
  // The two sides of a split figure are one slide.
  return decked.length > 0 ? decked : all.filter((element) => !element.parentElement?.closest("figure.figure"));
}

/** The slide on show, as long as there is a talk. */
let shown: {figure: HTMLElement; release: () => void; hands?: SlideHands} | undefined;

/** What a slide that is more than a figure does in a talk. */
export interface SlideHands {
  /** It comes on show, by a step forward or back. */
  enter(by: 1 | -1): void;
  /** Goes on within the slide, such as to the next layer of a build; false where the next slide is due. */
  step(by: 1 | -1): boolean;
  /** Moves its figures by a layer; false where they have none. */
  layer(by: 1 | -1): boolean;
  /** What the presenter alone sees of it. */
  brief(): SlideBrief;
}

const handsOf = new WeakMap<HTMLElement, SlideHands>();

/** Gives a slide hands of its own. */
export function giveHands(slide: HTMLElement, hands: SlideHands): void {
  handsOf.set(slide, hands);
}

/** Begins a talk at a slide of this page. */
export function talkFrom(slide: HTMLElement): void {
  show(slide);
}

/** Where the address asked to be, until the reader goes elsewhere: figures may come after the address is read. */
let asked: string | undefined;

const counter = h("span", {class: "talk-counter", role: "status"});
const bar = talkBar();

/** Lets every page be shown as slides. Call it once a page. */
export function startTalk(): void {
  addKeys(
    [
      [["t"], "talk: every figure a slide; again, or Esc, to leave"],
      [["→", "←", "Space"], "in a talk: next slide, slide before (so do Page Down and Page Up)"],
      [["Home", "End"], "in a talk: first slide, last slide"],
      [["o", "f"], "in a talk: all slides, full screen"],
      [["b", "l"], "in a talk: black screen, laser pointer"],
      [["p"], "in a talk: the presenter’s window, with notes, the next slide and a clock"],
      [["↑", "↓"], "in a deck: one layer back, one layer on"]
    ],
    takeKey
  );
  addEventListener("hashchange", followAddress);
  // A click pins a token, and the arrow keys that follow are meant for the slides. Whoever reaches a
  // grid or a slider with the Tab key keeps them for it.
  document.addEventListener("pointerup", (event) => {
    if (!shown || event.pointerType === "touch") return;
    setTimeout(() => {
      const focused = document.activeElement;
      if (focused instanceof HTMLElement && !focused.matches("input[type=number], input[type=text], select"))
        focused.blur();
    });
  });
  followAddress();
  if (asked === undefined) return;
  const arrivals = new MutationObserver(() => (asked === undefined ? arrivals.disconnect() : followAddress()));
  const place = main();
  if (place) arrivals.observe(place, {childList: true, subtree: true});
  setTimeout(() => arrivals.disconnect(), 20_000);
}

/** A button that begins a talk at the figure in view. */
export function talkButton(): HTMLElement {
  return h(
    "button",
    {
      type: "button",
      class: "talk-button",
      title: "Show the figures as slides (t)",
      onclick: () => enter()
    },
    "Talk"
  );
}

function talkBar(): HTMLElement {
  const action = (label: string, name: string, hint: string, act: () => unknown) =>
    h("button", {type: "button", "aria-label": name, title: hint, onclick: act}, label);
  return h(
    "nav",
    {class: "talk-bar", "aria-label": "Slides"},
    action("‹", "Slide before", "Slide before (←)", () => move(-1)),
    counter,
    action("›", "Next slide", "Next slide (→)", () => move(1)),
    action("All", "All slides", "All slides (o)", showOverview),
    action("Notes", "Presenter’s window", "Presenter’s window: notes, next slide, clock (p)", present),
    action("Full", "Full screen", "Full screen (f)", toggleFullScreen),
    action("Leave", "Leave the talk", "Leave the talk (Esc)", leave)
  );
}

function takeKey(event: KeyboardEvent): boolean {
  if (document.querySelector("dialog[open], :popover-open")) return false;
  if (event.key === "t") {
    if (shown) leave();
    else enter();
    return true;
  }
  if (!shown || isBusyWith(event)) return false;
  if (liftBlack()) return true;
  const {hands} = shown;
  switch (event.key) {
    case "ArrowRight":
      if (!hands?.step(1)) move(1);
      break;
    case "ArrowLeft":
      if (!hands?.step(-1)) move(-1);
      break;
    case "ArrowDown":
      if (!hands?.layer(1)) onward(1);
      break;
    case "ArrowUp":
      if (!hands?.layer(-1)) onward(-1);
      break;
    case "[":
    case "]":
      return hands?.layer(event.key === "]" ? 1 : -1) ?? false;
    case "PageDown":
      if (!hands?.step(1)) onward(1);
      break;
    case "PageUp":
      if (!hands?.step(-1)) onward(-1);
      break;
    case "b":
    case ".":
      goBlack();
      break;
    case "l":
      toggleLaser();
      break;
    case "p":
      present();
      break;
    case " ":
      if (!hands?.step(event.shiftKey ? -1 : 1)) onward(event.shiftKey ? -1 : 1);
      break;
    case "Home":
      show(slides()[0]);
      break;
    case "End":
      show(slides().at(-1));
      break;
    case "o":
      showOverview();
      break;
    case "f":
      toggleFullScreen();
      break;
    case "Escape":
      leave();
      break;
    default:
      return false;
  }
  return true;
}

/** Whether a focused control has its own use for a key. */
function isBusyWith({key, target}: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches("button, summary, a")) return key === " ";
  return target.matches("input") && /^(Arrow|Home|End| )/.test(key);
}

/** Begins at a figure, or at the one in view. */
function enter(figure: HTMLElement | undefined = inView()): void {
  if (figure) show(figure);
}

/** The figure that covers most of the window, else the first one. */
function inView(): HTMLElement | undefined {
  const covered = (figure: HTMLElement) => {
    const {top, bottom} = figure.getBoundingClientRect();
    return Math.min(bottom, innerHeight) - Math.max(top, 0);
  };
  const all = slides();
  return all.reduce((best, figure) => (covered(figure) > Math.max(0, covered(best)) ? figure : best), all[0]);
}

function move(by: number): void {
  const all = slides();
  const at = shown ? all.indexOf(shown.figure) : 0;
  show(all[Math.max(0, Math.min(all.length - 1, at + by))]);
}

/** Scrolls a slide that is higher than the window; at its end, moves to the next. */
function onward(by: 1 | -1): void {
  const tall = shown?.figure.querySelector(".figure-drawing.is-tall");
  const before = tall?.scrollTop;
  tall?.scrollBy({top: by * 0.8 * tall.clientHeight, behavior: "instant"});
  if (!tall || tall.scrollTop === before) move(by);
}

function show(figure: HTMLElement | undefined, byAddress = false): void {
  if (!figure) return;
  if (!byAddress) asked = undefined;
  const all = slides();
  if (shown?.figure !== figure) {
    const back = shown !== undefined && all.indexOf(figure) < all.indexOf(shown.figure);
    if (shown) hide(shown);
    else begin();
    const hands = handsOf.get(figure);
    hands?.enter(back ? -1 : 1);
    mark(figure, true);
    shown = {figure, hands, release: fitSlide(figure)};
  }
  followPresenter(all, figure);
  counter.textContent = `${all.indexOf(figure) + 1} / ${all.length}`;
  counter.setAttribute("aria-label", `Slide ${all.indexOf(figure) + 1} of ${all.length}`);
  // An address that asks for more than there is so far stays as it is: the rest may be on its way.
  if (asked === undefined) replaceHash(slideAddress(figure.id));
}

/** What waits for a talk: figures that a page makes only when they come near the window, which slides never do. */
const waiting = new Set<() => void>();

/** Calls `act` when a talk begins on this page, once. */
export function whenTalking(act: () => void): void {
  if (shown) act();
  else waiting.add(act);
}

function begin(): void {
  for (const act of waiting) act();
  waiting.clear();
  document.documentElement.classList.add("is-talking");
  magnify(sharpness);
  document.body.append(bar);
}

function leave(): void {
  if (!shown) return;
  const {figure} = shown;
  hide(shown);
  shown = undefined;
  endTools();
  closePresenter();
  asked = undefined;
  bar.remove();
  magnify(1);
  document.documentElement.classList.remove("is-talking");
  leaveFullScreen();
  replaceHash("");
  figure.scrollIntoView({block: "start", behavior: "instant"});
}

function hide({figure, release}: NonNullable<typeof shown>): void {
  release();
  mark(figure, false);
}

/** Marks a figure as the slide, and what it lies in, so that the style can hide everything else. */
function mark(figure: HTMLElement, on: boolean): void {
  figure.classList.toggle("is-slide", on);
  for (let place = figure.parentElement; place && place !== document.body; place = place.parentElement) {
    place.classList.toggle("holds-slide", on);
    if (place === main()) return;
  }
}

function followAddress(): void {
  const all = slides();
  const wanted = slideIndex(
    location.hash,
    all.map(({id}) => id)
  );
  if (wanted === undefined) {
    asked = undefined;
    if (shown) leave();
    return;
  }
  asked = location.hash;
  if (all.length === 0) return;
  if (wanted.found) asked = undefined;
  show(all[wanted.at], true);
}

function replaceHash(hash: string): void {
  // An address of a file on disk can only get another end; an empty one keeps its page.
  if (location.hash !== hash) history.replaceState(history.state, "", hash || location.href.replace(/#.*$/, ""));
}

function present(): void {
  if (!shown) return;
  openPresenter({brief: (slide) => handsOf.get(slide)?.brief(), take: takeKey});
  followPresenter(slides(), shown.figure);
}

function showOverview(): void {
  openOverview(slides(), shown?.figure, {show, goTo});
}
