/** Ties a figure to the models of the site and to the chosen photo. */
import {modelsOn, type MeasuredPhoto} from "../../analysis/compareModels.js";
import type {ModelList, ModelMeasures} from "../../analysis/modelMeasures.js";
import {category} from "../../charts/colour.js";
import type {Stroke} from "../../charts/marks.js";
import type {Place} from "../../site/feed.js";
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
export function followModels({store}: Place, frame: Drawing<FigureOptions>, draw: (view: ModelsView) => void): void {
  listModelMeasures().then(
    (list) => {
      const follow = () => {
        const {value} = store;
        const seen = modelsOn(list.models, value.image);
        frame.update({
          waiting: "",
          failure: seen.length ? "" : `No model of this site has measured “${value.image}”. Choose a photo of the site.`
        });
        if (seen.length) draw({...list, seen, selection: value});
      };
      store.subscribe(follow);
      follow();
    },
    (error: unknown) => frame.update({failure: reasonOf(error)})
  );
}

/** Dashes, so that no model is told by its colour alone. */
const dashes = [undefined, "6 3", "2 3", "8 3 2 3", "12 4"];

/** A model's line: the same colour and dash in every figure of the page. */
export function modelStroke(models: readonly ModelMeasures[], id: string): Stroke {
  const i = models.findIndex((model) => model.id === id);
  return {label: id, colour: category(i), dash: dashes[i % dashes.length]};
}
