/** The inputs of the bar: what a reader chooses for all figures of a page, or for one side of it. */
import {ownTest} from "../analysis/detectors/expressionDetector.js";
import {detectorIds, detectors} from "../analysis/detectors/index.js";
import type {HeadChoice} from "../charts/reading.js";
import {offersTrunks} from "../records/absent.js";
import type {Trunk} from "../records/record.js";
import type {Feed, View} from "../site/feed.js";
import type {Photo} from "../site/library.js";
import {siteModels} from "../site/models.js";
import type {Selection, SelectionStore} from "../site/selection.js";
import type {SideGroup} from "../site/side.js";
import {menu, segmented} from "../ui/inputs.js";
import {imagePicker} from "./imagePicker.js";
import {layerControl} from "./layerControl.js";

/** What a page lets its reader choose in the bar; the rest stays as it is. */
export interface SelectionBarOptions {
  image?: boolean;
  layer?: boolean;
  head?: boolean;
  trunk?: boolean;
  /** Whose outlier set is drawn as rings: for pages that are not about one test. */
  rings?: boolean;
  /** Which images are summed up: for the second side of pages about many images. */
  corpus?: boolean;
}

/** An input of the bar, and the group of fields that it chooses. */
export interface BarInput {
  group: SideGroup;
  element: HTMLElement;
}

/** An input, and what brings it up to date. */
interface Kept {
  element: HTMLElement;
  write: () => void;
}

/** The inputs that a page has, kept up with its feed, and the number of layers that there are. */
export function barInputs(
  feed: Feed,
  photos: Promise<Photo[]>,
  {image = true, layer = true, head = true, trunk = true, rings = false, corpus = false}: SelectionBarOptions
): {inputs: BarInput[]; layers: () => number} {
  const {store} = feed;
  let view: View | undefined;
  let list: readonly Photo[] = [];
  const layers = () => view?.record.layers ?? 12;
  const picker = imagePicker({photos: [], image: store.value.image, onChange: (id) => store.set({image: id})});
  const all: [boolean, SideGroup, Kept][] = [
    [image, "photo", {element: picker, write: () => picker.update({image: store.value.image})}],
    [image, "model", modelInput(store, () => ({view, list}))],
    [layer, "layer", layerInput(store, layers)],
    [head, "head", headInput(store, () => view?.record.heads ?? 0)],
    [trunk, "trunk", trunkInput(store, () => view)],
    [rings, "options", ringsInput(store)],
    [corpus, "corpus", corpusInput(store)]
  ];
  const write = () => {
    for (const [, , kept] of all) kept.write();
  };
  void photos.then((found) => {
    list = found;
    picker.update({photos: found});
    write();
  });
  store.subscribe(write);
  feed.subscribe((state) => {
    if (!("view" in state)) return;
    ({view} = state);
    write();
  });
  write();
  const inputs = all.flatMap(([wanted, group, {element}]) => (wanted ? [{group, element}] : []));
  return {inputs, layers};
}

function modelInput(store: SelectionStore, known: () => {view: View | undefined; list: readonly Photo[]}): Kept {
  const models = siteModels();
  const element = menu<string>({
    label: "Model",
    quiet: true,
    options: [],
    value: store.value.model,
    onChange: (model) => store.set({model})
  });
  const write = () => {
    const {model, image} = store.value;
    const {view, list} = known();
    const options = modelOptions(models, list.find(({id}) => id === image)?.models, view?.live ? model : undefined);
    element.hidden = options.length < 2;
    element.update({options, value: model});
  };
  return {element, write};
}

function layerInput(store: SelectionStore, layers: () => number): Kept {
  const onChange = (layer: number) => store.set({layer});
  const element = layerControl({layer: store.value.layer, layers: layers(), onChange});
  return {
    element,
    write: () => element.update({layer: Math.min(store.value.layer, layers()), layers: layers()})
  };
}

function headInput(store: SelectionStore, heads: () => number): Kept {
  let shown = 0;
  const element = menu<HeadChoice>({
    label: "Heads",
    options: headOptions(shown),
    value: store.value.head,
    onChange: (head) => store.set({head})
  });
  const write = () => {
    const {head: value} = store.value;
    element.update(heads() === shown ? {value} : {options: headOptions((shown = heads())), value});
  };
  return {element, write};
}

function trunkInput(store: SelectionStore, view: () => View | undefined): Kept {
  const element = segmented<Trunk>({
    label: "Trunk",
    quiet: true,
    options: [
      {value: "plain", label: "without SOM", hint: "The network as it was trained"},
      {value: "purified", label: "with SOM", hint: "Outliers are repaired after every layer"}
    ],
    value: store.value.trunk,
    onChange: (trunk) => store.set({trunk})
  });
  const write = () => {
    const {trunk} = store.value;
    const record = view()?.record;
    element.update({value: trunk});
    element.hidden = record !== undefined && !offersTrunks(record, trunk);
  };
  return {element, write};
}

function ringsInput(store: SelectionStore): Kept {
  const element = menu<string>({
    label: "Rings",
    options: ringOptions(store.value),
    value: store.value.maps.rings,
    onChange: (rings) => store.set({maps: {rings}})
  });
  return {
    element,
    write: () => element.update({options: ringOptions(store.value), value: store.value.maps.rings})
  };
}

function corpusInput(store: SelectionStore): Kept {
  const element = segmented<Selection["corpus"]["images"]>({
    label: "Images",
    quiet: true,
    options: [
      {value: "voc", label: "PASCAL VOC val"},
      {value: "photos", label: "this site’s photos"}
    ],
    value: store.value.corpus.images,
    onChange: (images) => store.set({corpus: {images}})
  });
  return {element, write: () => element.update({value: store.value.corpus.images})};
}

/** The models of the site, which of them have not analysed this photo, and one that runs in the page. */
function modelOptions(models: readonly string[], has: readonly string[] | undefined, live: string | undefined) {
  const site = models.map((id) => ({
    value: id,
    label: id === live ? `${id}, live` : has && !has.includes(id) ? `${id}, not of this photo` : id
  }));
  return live && !models.includes(live) ? [...site, {value: live, label: `${live}, live`}] : site;
}

/** Whose set rings can be: every detector's, and that of the reader's own test where there is one. */
function ringOptions({detectors: {expr}}: Selection) {
  const own = expr.trim() ? [{value: ownTest.name, label: ownTest.label}] : [];
  return [...detectorIds.map((id) => ({value: id as string, label: detectors[id].label})), ...own];
}

function headOptions(heads: number) {
  const each = Array.from({length: heads}, (_, i) => ({value: i + 1, label: String(i + 1)}));
  return [{value: "mean" as const, label: "mean"}, {value: "max" as const, label: "greatest"}, ...each];
}
