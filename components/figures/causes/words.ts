import {formatInterventions} from "../../model/interventions/index.js";
import type {FeatureMap} from "../../records/record.js";
import {askWords, type Asked} from "../../site/asked.js";
import {patchMap} from "../../charts/patchMap.js";
import {plate, plates} from "../../charts/plate.js";
import {table} from "../../charts/table.js";
import {wordsField} from "../../page/wordsField.js";
import {h, setText} from "../../ui/dom.js";
import {menu} from "../../ui/inputs.js";
import {reasonOf} from "../../ui/reason.js";
import {figure, type FigureOptions} from "../frame/figure.js";
import {methods} from "../../model/methods/index.js";
import {classesLegend, methodChoices as segmenters} from "../segmentation/segmentation.js";
import {disagreement, maskPicture, segmentPatches, type PhotoMask} from "../segmentation/masks.js";
import {sourceOf, type CausesPlace, type CausesView} from "./causes.js";

/** Methods that need the one network and the one window; registers are a change that is listed. */
const methodChoices = segmenters.filter(
  ({value}) => Object.hasOwn(methods, value) && !methods[value].proxy && !methods[value].sharesWindows
);

/** The picture's similarity to one class of words. */
interface Row {
  words: string;
  before: number;
  after: number;
}

interface Answer {
  asked: Asked;
  method: string;
  masks: {before: PhotoMask; after: PhotoMask};
  rows: Row[];
}

/** Masks of a method for typed words, and how similar the picture is to each: before and after the change. */
export function causesWords(place: CausesPlace): HTMLElement {
  const {store} = place;
  const parts = build(place);
  const {content, list, maps, after, classes, status, method, start} = parts;
  const frame = figure(content, place, {
    id: "causes-words",
    title: "What the change does to masks and words",
    idle: "Press “Compare masks”: the model runs the method twice, as trained and with the change.",
    lede: "The class with the greatest cosine at every pixel; below, the cosine of the whole picture’s feature with each class.",
    reading:
      "A change that removes outliers and nothing else leaves masks and similarities almost as they were. Of synonyms the greatest cosine counts.",
    legend: [classes],
    controls: [wordsField(place.feed), method, start, status],
    still: true,
    data: null
  });
  const draw = (view: CausesView, answer: Answer) => {
    const {asked, masks, rows} = answer;
    content.hidden = false;
    maps.photo.update({grid: view.causes.grid, photo: view.picture.image});
    for (const side of ["before", "after"] as const)
      maps[side].update({
        grid: view.causes.grid,
        photo: view.picture.image,
        picture: maskPicture(masks[side]),
        opacity: store.value.masks.opacity,
        name: (patch) => asked.classes[masks[side].patches[patch]].name
      });
    after.update({readout: `${Math.round(100 * disagreement(masks.before, masks.after))} % differ`});
    list.update({rows});
    classes.replaceChildren(classesLegend(asked));
    frame.update(words(view, answer, place.runner?.device()));
  };
  follow(place, parts, draw);
  return frame;
}

/** The drawing and the inputs. */
function build(place: CausesPlace) {
  const {store} = place;
  const onHover = (hover: number | null) => store.point({hover});
  const maps = {
    photo: patchMap({grid: [14, 14], label: "the photo", onHover}),
    before: patchMap({grid: [14, 14], label: "mask as trained", onHover}),
    after: patchMap({grid: [14, 14], label: "mask with the change", onHover})
  };
  const after = plate(maps.after, {title: "with the change"});
  const list = table<Row>({label: "similarity of the picture to the words", rows: [], columns});
  const before = plate(maps.before, {title: "as trained"});
  return {
    maps,
    after,
    list,
    content: h(
      "div",
      {class: "causes", hidden: true},
      plates([plate(maps.photo, {title: "the photo"}), before, after], 170),
      list
    ),
    classes: h("div"),
    status: h("span", {class: "causes-status", role: "status"}),
    start: h("button", {type: "button", class: "causes-act"}, "Compare masks"),
    method: menu<string>({
      label: "Method",
      options: methodChoices,
      value: store.value.causes.method,
      onChange: (value) => store.set({causes: {method: value}})
    })
  };
}

/** Once it was asked for, compares whatever is chosen; the newest choice wins. */
function follow(
  place: CausesPlace,
  {start, status, method}: Pick<ReturnType<typeof build>, "start" | "status" | "method">,
  draw: (view: CausesView, answer: Answer) => void
): void {
  const {store} = place;
  let wanted = false;
  let key = "";
  const show = async () => {
    const {view} = place.state;
    const {words: typed, causes} = store.value;
    method.update({value: causes.method});
    if (!wanted || !view) return;
    const text = formatInterventions(view.list);
    const mine = [view.picture.id, view.model, text, causes.method, typed.list].join("\n");
    if (mine === key) return;
    key = mine;
    const say = (stage: string) => mine === key && setText(status, stage);
    try {
      say("Running the method.");
      const features = await place.features(causes.method, say);
      const {image} = text ? await place.numbers(text, say) : view.causes.plain;
      const asked = await askWords({model: view.model, image: view.picture.id, words: typed.list});
      const answer = await compare(view, {features, image, asked, method: causes.method});
      if (mine !== key) return;
      draw(view, answer);
      say("");
    } catch (error) {
      say(reasonOf(error));
      if (mine === key) key = "";
    }
  };
  start.addEventListener("click", () => {
    wanted = true;
    start.hidden = true;
    void show();
  });
  place.subscribe(() => void show());
  store.subscribe(() => void show());
}

function words(view: CausesView, {asked, masks, method}: Answer, device?: string): Partial<FigureOptions> {
  const title = methodChoices.find(({value}) => value === method)?.label ?? method;
  const differ = disagreement(masks.before, masks.after);
  return {
    title: view.list.length
      ? `The change gives ${Math.round(100 * differ)} % of the patches another class under ${title}`
      : `${title} as trained: nothing is changed yet`,
    source: `${sourceOf({...view, device})} · ${title} · words ${asked.words}`,
    idle: "",
    data: () =>
      Array.from(masks.before.patches, (own, patch) => ({
        patch,
        class_before: asked.classes[own].name,
        class_after: asked.classes[masks.after.patches[patch]].name
      })),
    drawn: {
      image: view.picture.id,
      list: formatInterventions(view.list),
      method,
      words: asked.words,
      differ: Number(differ.toFixed(4))
    }
  };
}

/** What a comparison reads. */
interface Compared {
  features: {plain: FeatureMap; changed: FeatureMap};
  /** The changed picture's feature. */
  image: readonly number[];
  asked: Asked;
  method: string;
}

async function compare({causes}: CausesView, {features, image, asked, method}: Compared): Promise<Answer> {
  const [before, after] = await Promise.all(
    [features.plain, features.changed].map((map) => segmentPatches(map, causes.grid, asked))
  );
  const [plain, changed] = [classCosines(causes.plain.image, asked), classCosines(image, asked)];
  const rows = asked.classes.map(({words: names}, i) => ({
    words: names.join(", "),
    before: plain[i],
    after: changed[i]
  }));
  return {asked, method, masks: {before, after}, rows};
}

/** The greatest cosine of a vector with the words of each class. */
function classCosines(image: readonly number[], {text: {vectors, width}, classOf, classes}: Asked): number[] {
  const best = classes.map(() => -Infinity);
  const length = Math.hypot(...image);
  for (const [q, owner] of classOf.entries()) {
    const vector = vectors.subarray(q * width, (q + 1) * width);
    const dot = vector.reduce((sum, value, i) => sum + value * image[i], 0);
    best[owner] = Math.max(best[owner], dot / (length * Math.hypot(...vector)));
  }
  return best;
}

const cosine = (key: "before" | "after", label: string) =>
  ({
    key,
    label,
    about: "cosine of the picture’s feature with the class",
    kind: "number",
    value: (row: Row) => row[key],
    show: (row: Row) => row[key].toFixed(3)
  }) as const;

const columns = [
  {key: "words", label: "words", kind: "text", value: ({words}: Row) => words} as const,
  cosine("before", "as trained"),
  cosine("after", "with the change")
];
