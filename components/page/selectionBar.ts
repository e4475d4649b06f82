import {detectorIds, detectors} from "../analysis/detectors/index.js";
import type {Trunk} from "../records/record.js";
import {h} from "../ui/dom.js";
import type {HeadChoice} from "../charts/reading.js";
import type {Feed} from "../site/feed.js";
import {imagePicker} from "./imagePicker.js";
import {menu, segmented} from "../ui/inputs.js";
import {helpButton, listenForKeys} from "./keyboard.js";
import {layerControl} from "./layerControl.js";
import type {Photo} from "../site/library.js";
import {siteModels} from "../site/models.js";
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

/** The slim bar that stays in view: the photo, the model where there are several, the layer, the head, with or without SOM. */
export function selectionBar(
  feed: Feed,
  photos: Promise<Photo[]>,
  {image = true, layer = true, head = true, trunk = true, rings = false}: SelectionBarOptions = {}
): HTMLElement {
  const {store} = feed;
  let layers = 12;
  const picker = imagePicker({photos: [], image: store.value.image, onChange: (id) => store.set({image: id})});
  void photos.then((list) => picker.update({photos: list}));
  const layerInput = layerControl({
    layer: store.value.layer,
    layers,
    onChange: (value) => store.set({layer: value})
  });
  const models = siteModels();
  const modelInput = menu<string>({
    label: "Model",
    quiet: true,
    options: models.map((id) => ({value: id, label: id})),
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
    options: detectorIds.map((id) => ({value: id, label: detectors[id].label})),
    value: store.value.rings,
    onChange: (value) => store.set({rings: value})
  });
  const write = () => {
    ringsInput.update({value: store.value.rings});
    const {model, image: chosen, layer: level, head: joined, trunk: side} = store.value;
    modelInput.update({value: model});
    picker.update({image: chosen});
    layerInput.update({layer: Math.min(level, layers), layers});
    headInput.update({value: joined});
    trunkInput.update({value: side});
  };
  store.subscribe(write);
  feed.subscribe((state) => {
    if (!("view" in state)) return;
    layers = state.view.record.layers;
    headInput.update({options: headOptions(state.view.record.heads)});
    write();
  });
  listenForKeys(store, () => layers);
  write();
  return h(
    "div",
    {class: "selection-bar", role: "toolbar", "aria-label": "What is shown"},
    image ? picker : null,
    image && models.length > 1 ? modelInput : null,
    layer ? layerInput : null,
    head ? headInput : null,
    trunk ? trunkInput : null,
    rings ? ringsInput : null,
    h("span", {class: "bar-end"}, talkButton(), helpButton())
  );
}

function headOptions(heads: number) {
  const each = Array.from({length: heads}, (_, i) => ({value: i + 1, label: String(i + 1)}));
  return [{value: "mean" as const, label: "mean"}, {value: "max" as const, label: "greatest"}, ...each];
}
