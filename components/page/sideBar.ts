/** The bar of the second side: what it shows of its own, each thing locked to the first side or freed by a click. */
import {h, setText} from "../ui/dom.js";
import {segmented} from "../ui/inputs.js";
import type {Feed} from "../site/feed.js";
import {hasOther, otherFeed, type Photo} from "../site/library.js";
import {side, sideGroups, type Alignment, type SideGroup} from "../site/side.js";
import {barInputs, type SelectionBarOptions} from "./barInputs.js";
import {addKeys} from "./keyboard.js";

/** What each group is called. */
const names: Readonly<Record<SideGroup, string>> = {
  photo: "photo",
  model: "model",
  layer: "layer",
  head: "heads",
  trunk: "trunk",
  method: "method",
  options: "options",
  words: "words",
  corpus: "images"
};

/** Where the second side's values of these are chosen: in the figures themselves. */
const inFigures: readonly SideGroup[] = ["method", "options", "words"];

/**
 * The switch that shows every figure twice, and the second side's line of the bar; nothing for a feed that has no second
 * side. `letter` marks the first line while there are two.
 */
export function sideBar(
  feed: Feed,
  photos: Promise<Photo[]>,
  options: SelectionBarOptions
): {button: HTMLElement; letter: HTMLElement; element: HTMLElement} | undefined {
  if (!hasOther(feed)) return undefined;
  const toggle = () => side.split(!side.on);
  const button = h(
    "button",
    {type: "button", class: "split-button", title: "Show every figure twice, side by side (s)", onclick: toggle},
    "A | B"
  );
  const letter = h("b", {class: "side-letter"}, "A");
  const element = h("div", {class: "side-bar", role: "group", "aria-label": "The second side"});
  let filled = false;
  const fill = () => {
    const other = otherFeed(feed);
    if (filled || !other) return;
    filled = true;
    element.append(h("b", {class: "side-letter"}, "B"), ...fields(other, photos, options), alignment(feed, other));
  };
  const show = () => {
    const {on} = side;
    if (on) fill();
    button.setAttribute("aria-pressed", String(on));
    letter.hidden = element.hidden = !on;
  };
  side.subscribeSplit(show);
  show();
  addKeys([[["s"], "every figure twice, side by side; again for once"]], (event) => {
    if (event.key !== "s") return false;
    toggle();
    return true;
  });
  return {button, letter, element};
}

/** A lock for each group, with the group's input where it is freed. */
function fields(other: Feed, photos: Promise<Photo[]>, options: SelectionBarOptions): HTMLElement[] {
  const inputs = new Map(barInputs(other, photos, options).inputs.map(({group, element}) => [group, element]));
  const shown = sideGroups.filter(
    (group) => inputs.has(group) || (options.image !== false && inFigures.includes(group))
  );
  const notice = h("span", {class: "side-notice", role: "status"});
  other.subscribe((state) => {
    setText(notice, "view" in state ? (state.view.notice ?? "") : "failure" in state ? state.failure : "");
  });
  return [...shown.map((group) => field(group, inputs.get(group))), notice];
}

function field(group: SideGroup, input?: HTMLElement): HTMLElement {
  const lock = h("button", {type: "button", class: "side-lock", onclick: () => side.free(group, !side.freed(group))});
  const place = input && h("span", {class: "side-input"}, input);
  const element = h("span", {class: "side-field"}, lock, place ?? null);
  const show = () => {
    const freed = side.freed(group);
    setText(lock, `${freed ? "≠" : "="} ${names[group]}`);
    lock.setAttribute("aria-pressed", String(freed));
    lock.title = freed
      ? `B has its own ${names[group]}${input ? "" : ", chosen in its figures"}; click to show that of A`
      : `B shows the ${names[group]} of A; click to choose its own`;
    if (place) place.hidden = !freed;
  };
  side.subscribeSplit(show);
  show();
  return element;
}

/** How layers align, where the two models are of different depth. */
function alignment(first: Feed, other: Feed): HTMLElement {
  const input = segmented<Alignment>({
    label: "Layers",
    options: [
      {value: "index", label: "by number"},
      {value: "depth", label: "by relative depth", hint: "Layer 6 of 12 beside layer 12 of 24"}
    ],
    value: side.alignment,
    onChange: (value) => side.align(value)
  });
  const show = () => {
    const layers = [first, other].map(({state}) => ("view" in state ? state.view.record.layers : 0));
    input.hidden = layers.includes(0) || layers[0] === layers[1];
    input.update({value: side.alignment});
  };
  first.subscribe(show);
  other.subscribe(show);
  side.subscribeSplit(show);
  return input;
}
