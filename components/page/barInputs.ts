/** The inputs of the bar: what a reader chooses for all figures of a page, or for one side of it. */
import {ownTest} from "../analysis/detectors/expressionDetector.js";
import {detectorIds, detectors} from "../analysis/detectors/index.js";
import type {HeadChoice} from "../charts/reading.js";
import {offersTrunks} from "../records/absent.js";
import type {Trunk} from "../records/record.js";
import type {Feed, View} from "../site/feed.js";
import type {Photo} from "../site/library.js";
import {siteModels} from "../site/models.js";
import type {Selection} from "../site/selection.js";
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

/** The inputs that a page has, kept up with its feed, and the number of layers that there are. */
export function barInputs(
  feed: Feed,
  photos: Promise<Photo[]>,
  {image = true, layer = true, head = true, trunk = true, rings = false, corpus = false}: SelectionBarOptions
): {inputs: BarInput[]; layers: () => number} {
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
    options: ringOptions(store.value),
    value: store.value.maps.rings,
    onChange: (value) => store.set({maps: {rings: value}})
  });
  const corpusInput = segmented<Selection["corpus"]["images"]>({
    label: "Images",
    quiet: true,
    options: [
      {value: "voc", label: "PASCAL VOC val"},
      {value: "photos", label: "this site’s photos"}
    ],
    value: store.value.corpus.images,
    onChange: (images) => store.set({corpus: {images}})
  });
  let view: View | undefined;
  const write = () => {
    ringsInput.update({options: ringOptions(store.value), value: store.value.maps.rings});
    const {model, image: chosen, layer: level, head: joined, trunk: side} = store.value;
    const options = modelOptions(models, list.find(({id}) => id === chosen)?.models, view?.live ? model : undefined);
    modelInput.hidden = options.length < 2;
    modelInput.update({options, value: model});
    picker.update({image: chosen});
    layerInput.update({layer: Math.min(level, layers), layers});
    headInput.update({value: joined});
    trunkInput.update({value: side});
    trunkInput.hidden = view !== undefined && !offersTrunks(view.record, side);
    corpusInput.update({value: store.value.corpus.images});
  };
  store.subscribe(write);
  feed.subscribe((state) => {
    if (!("view" in state)) return;
    ({view} = state);
    layers = view.record.layers;
    headInput.update({options: headOptions(view.record.heads)});
    write();
  });
  write();
  const offered: [boolean, SideGroup, HTMLElement][] = [
    [image, "photo", picker],
    [image, "model", modelInput],
    [layer, "layer", layerInput],
    [head, "head", headInput],
    [trunk, "trunk", trunkInput],
    [rings, "options", ringsInput],
    [corpus, "corpus", corpusInput]
  ];
  const inputs = offered.flatMap(([wanted, group, element]) => (wanted ? [{group, element}] : []));
  return {inputs, layers: () => layers};
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
