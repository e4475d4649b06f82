/** Ties a figure to the models of the site and to the chosen photo. */
import {modelsOn, type MeasuredPhoto} from "../../analysis/compareModels.js";
import {measurePhoto, modelOf, type ModelList, type ModelMeasures} from "../../analysis/modelMeasures.js";
import {category} from "../../charts/colour.js";
import type {Stroke} from "../../charts/marks.js";
import type {RecordSource} from "../../records/record.js";
import {Cache, newest, perOwner} from "../../site/cache.js";
import {Feed, type Place} from "../../site/feed.js";
import {listModelMeasures} from "../../site/measured.js";
import type {Selection} from "../../site/selection.js";
import type {Drawing} from "../../ui/drawing.js";
import {reasonOf} from "../../ui/reason.js";
import type {FigureOptions} from "../frame/figure.js";

/** The models, those of them that know the chosen photo, and what is chosen. */
export interface ModelsView extends ModelList {
  seen: MeasuredPhoto[];
  selection: Selection;
}

/** Draws when the models are there and on every change of the selection; says why where no model knows the photo. */
export function followModels(place: Place, frame: Drawing<FigureOptions>, draw: (view: ModelsView) => void): void {
  const {store} = place;
  let run: ModelMeasures | undefined;
  listModelMeasures().then(
    (list) => {
      const follow = () => {
        const {value} = store;
        const models = run ? [...list.models, run] : list.models;
        const seen = modelsOn(models, value.image);
        frame.update({
          waiting: "",
          failure: seen.length ? "" : `No model of this site has measured “${value.image}”. Choose a photo of the site.`
        });
        if (seen.length) draw({...list, models, seen, selection: value});
      };
      store.subscribe(follow);
      follow();
      if (place instanceof Feed)
        followRun(place, (found) => {
          run = found;
          follow();
        });
    },
    (error: unknown) => frame.update({failure: reasonOf(error)})
  );
}

/** Tells of the model that was run in this browser, as long as its run is shown. */
function followRun(feed: Feed, tell: (run: ModelMeasures | undefined) => void): void {
  const ask = newest();
  let shown: RecordSource | undefined;
  feed.subscribe((state) => {
    const view = "view" in state && state.view.live ? state.view : undefined;
    if (view?.source === shown) return;
    shown = view?.source;
    ask(
      () => view && runsOf(view.source).get(view.picture.id),
      tell,
      () => tell(undefined)
    );
  });
}

/** The measures of a run, by its picture's name in addresses. */
const runsOf = perOwner((source: RecordSource) => new Cache((image) => measureRun(source, image)));

async function measureRun(source: RecordSource, image: string): Promise<ModelMeasures> {
  const {record} = source;
  const layers = Array.from({length: record.layers}, (_, layer) => source.attention("plain", layer));
  const model = modelOf(`${record.provenance.model}, run here`, record);
  return {...model, live: true, photos: [measurePhoto(image, "", record, await Promise.all(layers))]};
}

/** Dashes, so that no model is told by its colour alone. */
const dashes = [undefined, "6 3", "2 3", "8 3 2 3", "12 4"];

/** A model's line: the same colour and dash in every figure of the page. */
export function modelStroke(models: readonly ModelMeasures[], id: string): Stroke {
  const i = models.findIndex((model) => model.id === id);
  return {label: id, colour: category(i), dash: dashes[i % dashes.length]};
}
