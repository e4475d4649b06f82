import {h, setText} from "../ui/dom.js";
import type {Feed, View} from "../site/feed.js";
import type {Photo} from "../site/library.js";
import {defaultSelection} from "../site/selection.js";
import {barInputs, type SelectionBarOptions} from "./barInputs.js";
import {helpButton, listenForKeys} from "./keyboard.js";
import {sideBar} from "./sideBar.js";
import {talkButton} from "./talk.js";

/**
 * The slim bar that stays in view: the photo, the model where there are several, the layer, the head, with or without
 * SOM. It says in one line when what is shown is not what the address asked for, or was run in this browser. Split, it
 * has a second line for the second side.
 */
export function selectionBar(feed: Feed, photos: Promise<Photo[]>, options: SelectionBarOptions = {}): HTMLElement {
  const {inputs, layers} = barInputs(feed, photos, {...options, corpus: false});
  const notice = h("p", {class: "bar-notice", role: "status"});
  const mark = liveMark(feed);
  let instead: string | undefined;
  const write = () => setText(notice, [instead, refusal(feed.store.refused)].filter(Boolean).join(" "));
  feed.store.subscribe(write);
  feed.subscribe((state) => {
    if (!("view" in state)) return;
    instead = state.view.notice;
    write();
    mark.show(state.view);
  });
  write();
  listenForKeys(feed.store, layers);
  const sides = sideBar(feed, photos, options);
  return h(
    "div",
    {class: "selection-bar", role: "toolbar", "aria-label": "What is shown"},
    sides?.letter ?? null,
    ...inputs.map(({element}) => element),
    mark.element,
    h("span", {class: "bar-end"}, sides?.button ?? null, talkButton(), helpButton()),
    notice,
    sides?.element ?? null
  );
}

/** What to say of parts of an address that could not be read; empty where all could. */
function refusal(parts: readonly string[]): string {
  if (!parts.length) return "";
  return `This page cannot read “${parts.join("”, “")}” of its address and shows its default instead.`;
}

/** Says that what is shown was run in this browser, with a way to its run and one back to the site's photos. */
function liveMark({store}: Feed): {element: HTMLElement; show(view: View): void} {
  let shown: View | undefined;
  const leave = () => {
    const live = shown?.live;
    live?.leave();
    store.set({model: defaultSelection.model, ...(live?.own ? {image: defaultSelection.image} : {})});
  };
  const name = h("a", {href: "./live.html", title: "To the run on the Live page"});
  const element = h(
    "span",
    {class: "live-mark", role: "status"},
    name,
    h("button", {type: "button", title: "Show the site’s own analyses again", onclick: leave}, "Site’s photos")
  );
  element.hidden = true;
  return {
    element,
    show: (view) => {
      shown = view;
      element.hidden = !view.live;
      if (view.live)
        setText(name, `live: ${view.live.own ? "your picture" : view.picture.title}, ${view.record.provenance.model}`);
    }
  };
}
