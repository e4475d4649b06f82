import {detectorIds, detectors} from "../analysis/detectors/index.js";
import type {Trunk} from "../records/record.js";
import {h, setText} from "../ui/dom.js";
import type {HeadChoice} from "../charts/reading.js";
import type {Feed, View} from "../site/feed.js";
import {imagePicker} from "./imagePicker.js";
import {menu, segmented} from "../ui/inputs.js";
import {helpButton, listenForKeys} from "./keyboard.js";
import {layerControl} from "./layerControl.js";
import type {Photo} from "../site/library.js";
import {siteModels} from "../site/models.js";
import {defaultSelection} from "../site/selection.js";
import {talkButton} from "./talk.js";

/** What a page lets its reader choose in the bar; the rest stays as it is. */
export interface SelectionBarOptions {
  image?: boolean;
  layer?: boolean;
  head?: boolean;
  trunk?: boolean;
  /** Whose outlier set is drawn as rings: for pages that are not about one test. */
  rings?: boolean;
}

/**
 * The slim bar that stays in view: the photo, the model where there are several, the layer, the head, with or without
 * SOM. It says in one line when what is shown is not what the address asked for, or was run in this browser.
 */
export function selectionBar(
  feed: Feed,
  photos: Promise<Photo[]>,
  {image = true, layer = true, head = true, trunk = true, rings = false}: SelectionBarOptions = {}
): HTMLElement {
  const {store} = feed;
  let layers = 12;
  const picker = imagePicker({photos: [], image: store.value.image, onChange: (id) => store.set({image: id})});
  let list: readonly Photo[] = [];
  void photos.then((found) => {
    list = found;
    picker.update({photos: found});
    write();
  });
  const layerInput = layerControl({
    layer: store.value.layer,
    layers,
    onChange: (value) => store.set({layer: value})
  });
  const models = siteModels();
  const modelInput = menu<string>({
    label: "Model",
    quiet: true,
    options: [],
    value: store.value.model,
    onChange: (value) => store.set({model: value})
  });
  const headInput = menu<HeadChoice>({
    label: "Heads",
    options: headOptions(0),
    value: store.value.head,
    onChange: (value) => store.set({head: value})
  });
  const trunkInput = segmented<Trunk>({
    label: "Trunk",
    quiet: true,
    options: [
      {value: "plain", label: "without SOM", hint: "The network as it was trained"},
      {value: "purified", label: "with SOM", hint: "Outliers are repaired after every layer"}
    ],
    value: store.value.trunk,
    onChange: (value) => store.set({trunk: value})
  });
  const ringsInput = menu<string>({
    label: "Rings",
    quiet: true,
    options: detectorIds.map((id) => ({value: id, label: `○ ${detectors[id].label}`})),
    value: store.value.maps.rings,
    onChange: (value) => store.set({maps: {rings: value}})
  });
  const notice = h("p", {class: "bar-notice", role: "status"});
  const mark = liveMark(feed);
  let view: View | undefined;
  const write = () => {
    ringsInput.update({value: store.value.maps.rings});
    const {model, image: chosen, layer: level, head: joined, trunk: side} = store.value;
    const options = modelOptions(models, list.find(({id}) => id === chosen)?.models, view?.live ? model : undefined);
    modelInput.hidden = options.length < 2;
    modelInput.update({options, value: model});
    picker.update({image: chosen});
    layerInput.update({layer: Math.min(level, layers), layers});
    headInput.update({value: joined});
    trunkInput.update({value: side});
  };
  store.subscribe(write);
  feed.subscribe((state) => {
    if (!("view" in state)) return;
    ({view} = state);
    layers = view.record.layers;
    setText(notice, view.notice ?? "");
    mark.show(view);
    headInput.update({options: headOptions(view.record.heads)});
    write();
  });
  listenForKeys(store, () => layers);
  write();
  return h(
    "div",
    {class: "selection-bar", role: "toolbar", "aria-label": "What is shown"},
    image ? picker : null,
    image ? modelInput : null,
    layer ? layerInput : null,
    head ? headInput : null,
    trunk ? trunkInput : null,
    rings ? ringsInput : null,
    mark.element,
    h("span", {class: "bar-end"}, talkButton(), helpButton()),
    notice
  );
}

/** The models of the site, which of them have not analysed this photo, and one that runs in the page. */
function modelOptions(models: readonly string[], has: readonly string[] | undefined, live: string | undefined) {
  const site = models.map((id) => ({
    value: id,
    label: id === live ? `${id}, live` : has && !has.includes(id) ? `${id}, not of this photo` : id
  }));
  return live && !models.includes(live) ? [...site, {value: live, label: `${live}, live`}] : site;
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

function headOptions(heads: number) {
  const each = Array.from({length: heads}, (_, i) => ({value: i + 1, label: String(i + 1)}));
  return [{value: "mean" as const, label: "mean"}, {value: "max" as const, label: "greatest"}, ...each];
}
