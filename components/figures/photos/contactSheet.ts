import {median} from "../../analysis/arrays.js";
import {measureIds, measures, type MeasureId} from "../../analysis/layerMeasures.js";
import type {PhotoMeasures} from "../../analysis/modelMeasures.js";
import {hasTrunk, missingNorms} from "../../records/absent.js";
import type {ImageRecord} from "../../records/record.js";
import type {Domain} from "../../charts/colour.js";
import {rampLegend} from "../../charts/legend.js";
import {patchMap} from "../../charts/patchMap.js";
import {maximum, patchNorms, readLayer, relativeNorms, type LayerChoice} from "../../charts/reading.js";
import {Cache} from "../../site/cache.js";
import type {Feed, View} from "../../site/feed.js";
import {openRecord} from "../../site/files.js";
import {listPhotos, loadPhoto, type Photo} from "../../site/library.js";
import {listModelMeasures} from "../../site/measured.js";
import {siteModels} from "../../site/models.js";
import {formatValue, h} from "../../ui/dom.js";
import {menu, segmented} from "../../ui/inputs.js";
import {figure, provenance} from "../frame/figure.js";
import {followAnswers} from "../frame/follow.js";
import {tokenLegend, tokenMarks} from "../frame/tokens.js";
import {measureOf, sheetOrder, type SheetOrder} from "./order.js";

type Shown = "sets" | "class" | "norms";

/** A photo with its analysis. */
interface Sheet {
  photo: Photo;
  record: ImageRecord;
  image: HTMLImageElement;
  measured?: PhotoMeasures;
}

const sheets = new Cache(openSheets, 2);

/**
 * All photos that a model has analysed; a model that runs live alone has analysed none, and then those of the site's first
 * model. Captions name the model of what is drawn. Rejects where there are none.
 */
async function openSheets(asked: string): Promise<Sheet[]> {
  const [photos, {models}] = await Promise.all([listPhotos(), listModelMeasures()]);
  const model = photos.some((photo) => photo.models.includes(asked)) ? asked : (siteModels()[0] ?? asked);
  const known = models.find(({id}) => id === model);
  const its = photos.filter((photo) => photo.models.includes(model));
  if (!its.length) throw new Error(`${model} has analysed no photo of this site.`);
  return Promise.all(
    its.map(async (photo) => {
      const [{record}, image] = await Promise.all([openRecord(model, photo), loadPhoto(photo.id)]);
      return {photo, record, image, measured: known?.photos.find(({id}) => id === photo.id)};
    })
  );
}

/** What a cell draws of a layer. */
function valuesOf(record: ImageRecord, choice: LayerChoice, shown: Shown): ArrayLike<number> | null {
  if (shown === "class") return readLayer(record, choice).classRow;
  if (shown === "sets" || missingNorms(record, choice.trunk).length) return null;
  return relativeNorms(record, choice.trunk, choice.layer, median(patchNorms(record, "plain", choice.layer)));
}

/** A value of a measure as a cell says it. */
function say(id: MeasureId, value: number | null): string {
  if (value === null) return "not measured";
  return measures[id].share ? `${(100 * value).toFixed(1)} %` : `${formatValue(value)} ×`;
}

/** What is drawn: a layer of every photo that has its trunk. */
interface Drawing {
  view: View;
  shown: Shown;
  order: SheetOrder;
  held: Sheet[];
}

/** Every photo of the site in one layer, in the order of any measure; a click opens one. */
export function contactSheet(feed: Feed): HTMLElement {
  let shown: Shown = "sets";
  let order: SheetOrder = "outliers";
  let known: {view: View; list: Sheet[]} | undefined;
  const grid = sheetGrid();
  const legend = rampLegend({label: "times uniform", domain: [0, 1]});
  const what = segmented<Shown>({
    label: "Show",
    options: [
      {value: "sets", label: "outlier sets"},
      {value: "class", label: "class row"},
      {value: "norms", label: "norms"}
    ],
    value: shown,
    onChange: (value) => {
      shown = value;
      redraw();
    }
  });
  const sorting = menu<SheetOrder>({
    label: "Sorted by",
    options: [{value: "title", label: "title"}, ...measureIds.map((id) => ({value: id, label: measures[id].label}))],
    value: order,
    onChange: (value) => {
      order = value;
      redraw();
    }
  });
  const frame = figure(grid.element, feed, {
    id: "contact-sheet",
    title: "Every photo in one layer",
    lede: "A click opens a photo on the Attention page.",
    waiting: "Loading the analyses of all photos.",
    controls: [what, sorting],
    legend: [legend, tokenLegend(feed, ["outlier", "highNorm"])],
    data: () => (known ? sheetRows(known) : [])
  });
  const redraw = () => {
    if (known) draw(known.view, known.list);
  };
  const draw = (view: View, list: Sheet[]) => {
    known = {view, list};
    const held = list.filter(({record}) => hasTrunk(record, view.choice.trunk));
    const drawing = {view, shown, order, held};
    const {domain, photos} = grid.paint(drawing);
    legend.hidden = shown === "sets";
    legend.update({
      domain,
      scale: view.selection.maps.scale,
      label: shown === "norms" ? "token norm, times the median" : "attention, times uniform"
    });
    frame.update({...words(drawing), drawn: {layer: view.choice.layer + 1, order, shown, photos}});
  };
  followAnswers(feed, frame, {
    waiting: "Loading the analyses of all photos.",
    ask: ({record}) => sheets.get(record.provenance.model),
    draw
  });
  return frame;
}

/** The layer of a record that a choice means: models differ in how many they have. */
function choiceOf({choice}: View, record: ImageRecord): LayerChoice {
  return {...choice, layer: Math.min(choice.layer, record.layers - 1)};
}

interface Cell {
  element: HTMLElement;
  map: ReturnType<typeof patchMap>;
  note: HTMLElement;
}

/** A cell a photo, made once. `paint` draws them in order, and says in which range and which. */
function sheetGrid(): {element: HTMLElement; paint: (drawing: Drawing) => {domain: Domain; photos: string[]}} {
  const element = h("ul", {class: "photo-list contact-sheet"});
  const cells = new Map<string, Cell>();
  const cellOf = ({photo: {id, title}}: Sheet): Cell => {
    const made = cells.get(id);
    if (made) return made;
    const map = patchMap({grid: [14, 14], label: title});
    const note = h("span", {});
    const link = h("a", {href: `./attention.html?image=${encodeURIComponent(id)}`}, map, h("b", {}, title), note);
    const cell = {element: h("li", {}, link), map, note};
    cells.set(id, cell);
    return cell;
  };
  const paint = ({view, shown, order, held}: Drawing) => {
    const values = new Map(held.map(({photo, record}) => [photo.id, valuesOf(record, choiceOf(view, record), shown)]));
    const domain = [0, maximum(...[...values.values()].map((each) => each ?? [])) || 1] as const;
    const byId = new Map(held.map((each) => [each.photo.id, each]));
    const ordered = sheetOrder(
      held.map(({photo}) => photo),
      order,
      ({id}, measure) => measureOf(byId.get(id)!.measured, measure, view.choice.layer)
    );
    const elements = ordered.map(({id}) => {
      const sheet = byId.get(id)!;
      const cell = cellOf(sheet);
      paintCell(cell, sheet, {view, shown, order, domain, values: values.get(id) ?? null});
      return cell.element;
    });
    if (elements.some((each, i) => element.children[i] !== each) || element.children.length !== elements.length)
      element.replaceChildren(...elements);
    return {domain, photos: ordered.map(({id}) => id)};
  };
  return {element, paint};
}

function paintCell(
  {map, note}: Cell,
  {record, image, measured}: Sheet,
  {view, shown, order, domain, values}: Omit<Drawing, "held"> & {domain: Domain; values: ArrayLike<number> | null}
): void {
  const choice = choiceOf(view, record);
  const {selection} = view;
  const marks = shown === "sets" ? tokenMarks({record, selection}, choice) : [];
  map.update({grid: record.grid, photo: image, values, domain, scale: selection.maps.scale, marks});
  const said: MeasureId = order === "title" ? "outliers" : order;
  note.textContent = `${measures[said].label}: ${say(said, measureOf(measured, said, choice.layer))}`;
}

function words({view, held}: Drawing) {
  const {layer, head, trunk} = view.choice;
  const counts = held.map(({record}) => readLayer(record, choiceOf(view, record)).count);
  return {
    title: `In layer ${layer + 1} a photo has ${Math.min(...counts)} to ${Math.max(...counts)} outliers`,
    source: provenance(
      {...(held[0]?.record ?? view.record), image: `${held.length} photos`},
      {layer: layer + 1, head, trunk}
    )
  };
}

function sheetRows({view, list}: {view: View; list: Sheet[]}) {
  const {layer} = view.choice;
  return list.map(({photo, measured}) => ({
    photo: photo.id,
    layer: layer + 1,
    ...Object.fromEntries(measureIds.map((id) => [id, measureOf(measured, id, layer) ?? ""]))
  }));
}
