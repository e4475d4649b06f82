import {median} from "../../analysis/arrays.js";
import {extent} from "d3";
import {tokenNorms} from "../../analysis/norms.js";
import {coloursOn} from "../../analysis/featureColours.js";
import type {ColourBasis, ColourRange, FeatureMap, RecordSource} from "../../records/record.js";
import {cosinesTo, cosinesToToken} from "../../analysis/similarity.js";
import type {Feed, View} from "../../site/feed.js";
import {menu, segmented} from "../../ui/inputs.js";
import type {Selection} from "../../site/selection.js";
import {wordsField} from "../../page/wordsField.js";
import {askWords, type Asked} from "../../site/asked.js";
import {Cache, newest, perOwner, proceed, type Answer} from "../../site/cache.js";
import {inBackground} from "../../site/background.js";
import {pinMarks} from "../attention/maps.js";
import type {Domain} from "../../charts/colour.js";
import {formatValue, h} from "../../ui/dom.js";
import type {FigureOptions} from "../frame/figure.js";
import type {Rows} from "../frame/rows.js";
import {patchHands, rangeInput} from "../frame/kit.js";
import {figure, provenance} from "../frame/figure.js";
import {sharedRange} from "../side/sharedRange.js";
import {absent, absentNote} from "../frame/absent.js";
import {followAnswers} from "../frame/follow.js";
import {indexed} from "../../charts/indexed.js";
import {marksLegend, rampLegend} from "../../charts/legend.js";
import {patchMap} from "../../charts/patchMap.js";
import {colourPicture} from "../../charts/pixels.js";
import {plate, plates} from "../../charts/plate.js";
import {patchName} from "../../charts/reading.js";
import {rivals, secondNote, segmenters, stages, type FeatureStage} from "./stages.js";
import {featureMaps, type FeatureMaps} from "./featureMaps.js";

type Measure = Selection["features"]["measure"];

const measures: readonly {value: Measure; label: string; hint: string}[] = [
  {value: "pca", label: "colour", hint: "Three principal components as red, green and blue"},
  {value: "norm", label: "norm", hint: "The length of each feature, in times the map's median"},
  {value: "token", label: "cosine to ★", hint: "With the feature of the pinned token in the same map"},
  {value: "word", label: "cosine to a word", hint: "With the vector that stands for the words of a class"}
];

const waiting = "Loading the features of this photo.";

/** Every map of the page: they share the basis of their colours. */
export const allMaps: readonly FeatureStage[] = [...stages, ...rivals];

/** Figure 1 (f) to (h) and Figure 3: the stages of SFP beside each other. */
export function stagesFigure(feed: Feed): HTMLElement {
  return featuresFigure(feed, {
    id: "stages",
    maps: stages,
    photo: true,
    least: 165,
    controls: true,
    titles: {
      pca: "Features after repair and after the last layer",
      norm: "How long the features are after the head",
      token: "Which patches resemble the pinned one, stage by stage",
      word: "Which patches resemble the word, stage by stage"
    }
  });
}

/** The same measure on the features of SFP and every other method. */
export function rivalsFigure(feed: Feed): HTMLElement {
  return featuresFigure(feed, {
    id: "rivals",
    maps: segmenters,
    photo: false,
    least: 118,
    controls: false,
    titles: {
      pca: "The same colours on what each method makes of the photo",
      norm: "How long each method’s features are",
      token: "Which patches resemble the pinned one, method by method",
      word: "Which patches resemble the word, method by method"
    }
  });
}

interface FeaturesOptions {
  id: string;
  maps: readonly FeatureStage[];
  photo: boolean;
  /** The least width of a map, in pixels. */
  least: number;
  controls: boolean;
  titles: Record<Measure, string>;
}

/** The photo, a map of each stage, and what stands around them. */
function build(feed: Feed, options: FeaturesOptions) {
  const hands = patchHands(feed.store);
  const photo = patchMap({grid: [14, 14], label: "the photo", lines: true, ...hands});
  const cells = options.maps.map((stage) => {
    const map = patchMap({grid: [14, 14], label: stage.title, scale: "linear", ...hands});
    return {...stage, map, frame: plate(map, {title: h("span", {title: stage.about}, indexed(stage.title))})};
  });
  const frames = cells.map(({frame}) => frame);
  return {
    content: plates([...(options.photo ? [plate(photo, {title: "the photo"})] : []), ...frames], options.least),
    photo,
    cells,
    legend: rampLegend({label: "", domain: [0, 1], scale: "linear"}),
    note: absentNote(),
    colourNote: h("span", {class: "legend-label"}),
    controls: options.controls ? measureControls(feed) : {elements: [], show: () => {}}
  };
}

type Parts = ReturnType<typeof build>;

function featuresFigure(feed: Feed, options: FeaturesOptions): HTMLElement {
  const {store} = feed;
  const parts = build(feed, options);
  const {photo, cells, controls} = parts;
  const frame = figure(parts.content, feed, {
    id: options.id,
    title: options.titles[store.value.features.measure],
    lede: ledes[store.value.features.measure],
    waiting,
    legend: [
      parts.note,
      parts.colourNote,
      parts.legend,
      marksLegend(options.photo ? ["target", "background"] : ["target"])
    ],
    controls: controls.elements,
    data: () => rows(options.maps, {values, colours: drawnColours}, feed.state)
  });

  let values: (ArrayLike<number> | undefined)[] = [];
  let drawnColours: ReadonlyMap<string, Float64Array> | null = null;
  const paint = (view: View, answer: FeatureAnswer) => {
    const {record, selection} = view;
    const {measure} = selection.features;
    const {found, asked, basis} = answer;
    drawnColours = basis && coloursOf(found, basis, selection.maps.range);
    values =
      measure === "pca"
        ? []
        : cells.map(({name}) => {
            const map = found.get(name);
            return map && measured(measure, map, view, asked, selection.words.class);
          });
    const spanned = values.flatMap((list) => (list ? [list] : []));
    const domain = spanned.length ? sharedRange(feed, options.id, roundDomain(spanned), measure) : ([0, 1] as const);
    paintMaps(parts, view, answer, {values, colours: drawnColours, domain});
    paintLegend(parts, view, answer, domain);
    frame.update(words(view, options, asked, basis ? basis.names.length : allMaps.length));
    point(store.pointing.hover);
    const word = measure === "word" && asked && {words: asked.words, word: selection.words.class};
    frame.update({drawn: {image: record.image, measure, ...word}});
  };
  const point = (hover: number | null) => {
    photo.update({hover});
    for (const [i, {map, frame: cell}] of cells.entries()) {
      map.update({hover});
      const list = values[i];
      cell.update({readout: hover === null || !list ? "" : formatValue(list[hover])});
    }
  };
  let source: RecordSource | undefined;
  followAnswers<FeatureAnswer>(feed, frame, {
    waiting,
    ask: (view) => {
      controls.show(view);
      return ask(view, options.maps);
    },
    draw: (view, answer) => {
      source = view.source;
      paint(view, answer);
    },
    // The field says which words are not known; what was drawn of this photo stays.
    failed: (reason, view) => (view.selection.features.measure === "word" && view.source === source ? "" : reason),
    point: ({hover}) => point(hover)
  });
  return frame;
}

/** What maps are drawn in: a value a patch, or colours. */
interface Painted {
  values: readonly (ArrayLike<number> | undefined)[];
  colours: ReadonlyMap<string, Float64Array> | null;
  domain: Domain;
}

/** The colours of maps on a basis, each found once. */
function coloursOf(maps: FeatureMaps, basis: ColourBasis, range: ColourRange): ReadonlyMap<string, Float64Array> {
  const known = colourings(basis);
  for (const [name, map] of maps) if (!known.has(name)) known.set(name, coloursOn(basis, map, range));
  return known;
}

const colourings = perOwner((_basis: ColourBasis) => new Map<string, Float64Array>());

function paintMaps(
  {cells, photo, note}: Parts,
  view: View,
  {found}: FeatureAnswer,
  {values, colours, domain}: Painted
): void {
  const {record, selection, picture} = view;
  const own = selection.maps.range === "own";
  const marks = pinMarks(view).filter(({mark}) => mark === "target");
  for (const [i, {name, map, frame}] of cells.entries()) {
    const colour = colours?.get(name);
    const list = values[i] ?? null;
    map.update({
      grid: record.grid,
      values: list,
      domain: own && list ? roundDomain([list]) : domain,
      picture: colour ? colourPicture(colour, record.grid) : null,
      marks
    });
    frame.update({absent: found.has(name) ? "" : absent});
  }
  note.show(
    cells.filter(({name}) => !found.has(name)).map(({title}) => title),
    record.provenance.model
  );
  photo.update({grid: record.grid, photo: picture.image, marks: pinMarks(view)});
}

/** What colours mean: a ramp where all maps share their range, words otherwise. */
function paintLegend(
  {legend, colourNote}: Parts,
  {selection}: View,
  {asked, basis}: FeatureAnswer,
  domain: Domain
): void {
  const {measure} = selection.features;
  const own = selection.maps.range === "own";
  const label = legendLabel(measure, asked, selection.words.class);
  legend.hidden = measure === "pca" || own;
  legend.update({label, domain});
  colourNote.textContent = basis
    ? `Red, green and blue are three principal components with ${Math.round(100 * basis.explained)} % of the variance of all ${basis.names.length} maps${own ? ", each map’s mean subtracted" : ""}`
    : own && measure !== "pca"
      ? `${label}; each map from its least to its greatest`
      : "";
  colourNote.hidden = colourNote.textContent === "";
}

/** What a view needs to be drawn. */
interface FeatureAnswer {
  found: FeatureMaps;
  asked: Asked | null;
  basis: ColourBasis | null;
}

function ask({source, selection}: View, maps: readonly FeatureStage[]): Answer<FeatureAnswer> {
  const {
    features: {measure},
    maps: {range}
  } = selection;
  const found = featureMaps(
    source,
    maps.map(({name}) => name)
  );
  return proceed(found, (here) => {
    switch (measure) {
      case "pca":
        return proceed(bases(source).get(range), (basis) => ({found: here, asked: null, basis}));
      case "word":
        return proceed(askWords({...selection, words: selection.words.list}), (asked) => ({
          found: here,
          asked,
          basis: null
        }));
      default:
        return {found: here, asked: null, basis: null};
    }
  });
}

/** What is drawn of a map, a number a patch. */
export function measured(
  measure: Exclude<Measure, "pca">,
  map: FeatureMap,
  {target}: View,
  asked: Asked | null,
  word: number
): ArrayLike<number> | undefined {
  switch (measure) {
    case "norm": {
      const norms = tokenNorms(map);
      const unit = median(norms);
      return norms.map((norm) => norm / unit);
    }
    case "token":
      return target === null ? undefined : cosinesToToken(map, target);
    case "word":
      return asked ? classCosines(map, asked, chosenClass(asked, word)) : undefined;
    default:
      throw new Error(`invalid measure: ${measure satisfies never}`);
  }
}

/** The greatest cosine over a class's words, as segmentation takes it. */
export function classCosines(map: FeatureMap, {text, classOf}: Asked, index: number): Float64Array {
  const best = new Float64Array(map.values.length / map.width).fill(-Infinity);
  for (const [q, owner] of classOf.entries()) {
    if (owner !== index) continue;
    const vector = text.vectors.subarray(q * text.width, (q + 1) * text.width);
    cosinesTo(map, vector).forEach((cosine, i) => (best[i] = Math.max(best[i], cosine)));
  }
  return best;
}

/** The class that a heat map shows, 0-based, within what was typed. */
export function chosenClass({classes}: Asked, word: number): number {
  return Math.min(word, classes.length) - 1;
}

/** What the common colours of a photo's maps are read on: found beforehand, or here from all maps that it has. */
const bases = perOwner(
  (source: RecordSource) =>
    new Cache<ColourBasis>((key) => {
      const range = key as ColourRange;
      if (source.colours) return source.colours(range);
      const every = featureMaps(
        source,
        allMaps.map(({name}) => name)
      );
      return proceed(every, (maps) => inBackground("colours", {maps, range}));
    })
);

/** From the least to the greatest value of all lists, on round ends. */
export function roundDomain(lists: readonly ArrayLike<number>[]): Domain {
  let [least, most] = [Infinity, -Infinity];
  for (const list of lists) {
    const [low, high] = extent(list as number[]);
    least = Math.min(least, low ?? Infinity);
    most = Math.max(most, high ?? -Infinity);
  }
  // Ends on round values: their legend reads better, and it moves less from photo to photo.
  return least < most ? [Math.floor(least * 20) / 20, Math.ceil(most * 20) / 20] : [0, 1];
}

function legendLabel(measure: Measure, asked: Asked | null, word: number): string {
  switch (measure) {
    case "pca":
      return "";
    case "norm":
      return "norm, times the map’s median";
    case "token":
      return "cosine to the target token of the same map";
    case "word":
      return asked ? `cosine to “${asked.classes[chosenClass(asked, word)].words.join(", ")}”` : "cosine to a word";
    default:
      throw new Error(`invalid measure: ${measure satisfies never}`);
  }
}

const ledes: Record<Measure, string> = {
  pca: `Features at unit length, as three principal components of all ${allMaps.length} maps of this page together: the same colour is the same direction in every one.`,
  norm: "Norm of each patch’s feature after the last layer norm and the projection, in times the map’s own median; cosines do not depend on it.",
  token: "Cosine of every patch’s feature with that of the target token ★ in the same map.",
  word: "Cosine of every patch’s feature with the vector of the chosen words; of synonyms, the greatest."
};

const centredLede = `Features at unit length, less each map’s own mean, as three principal components of all ${allMaps.length} maps of this page together: the same colour is the same departure from the map’s mean.`;

const readings: Record<Measure, string> = {
  pca: "The hue itself is arbitrary; what counts is which patches share one. With one range for all maps, differences between maps use most of the colours; with a range for each map, differences within it do. Spots of another colour inside an object are features that the neighbouring patches do not share.",
  norm: "The last layer norm removes the token norm that distinguishes outliers inside the network. What remains comes from its gains: a patch with a small or large norm here has its weight in channels that the gains damp or amplify.",
  token:
    "Pin a patch of the object: in a clean map the whole object stands out, and nothing else. Values of different methods are not calibrated; compare shapes.",
  word: "The words are rows of the model’s classifier, not of a text tower: a word is the mean of its ImageNet classes. Values of different methods are not calibrated; compare shapes."
};

const towerReading =
  "The words went through the model’s text tower, each in 80 sentences whose vectors were averaged. Values of different methods are not calibrated; compare shapes.";

function words(
  {record, picture, selection}: View,
  {id, titles}: FeaturesOptions,
  asked: Asked | null,
  maps: number
): Partial<FigureOptions> {
  const {
    features: {measure},
    maps: {range},
    words: {class: word}
  } = selection;
  const notes = [
    measure === "pca" ? `one basis for ${maps} maps${range === "own" ? ", each centred" : ""}` : null,
    measure === "word" && asked ? `words ${asked.classes[chosenClass(asked, word)].words.join(", ")}` : null,
    measure !== "pca" ? (range === "own" ? "each map its own range" : "one range for the figure") : null,
    ...(id === "rivals" ? secondNote(record) : []),
    "features coded to 1/126 of a patch’s largest channel"
  ];
  return {
    title: titles[measure],
    lede: measure === "pca" && range === "own" ? centredLede : ledes[measure],
    reading: measure === "word" && asked?.tower ? towerReading : readings[measure],
    source: provenance({...record, image: picture.title}, {notes: notes.filter((note) => note !== null)})
  };
}

/** The measure, its range, and for words the field and the class. */
function measureControls(feed: Feed) {
  const {store} = feed;
  const measure = segmented<Measure>({
    label: "Show",
    options: measures,
    value: store.value.features.measure,
    onChange: (value) => store.set({features: {measure: value}})
  });
  const range = rangeInput(store, "For colours: each map’s mean subtracted, the axes still common");
  const field = wordsField(feed);
  const word = classMenu(feed);
  return {
    elements: [measure, range, word, field],
    show: ({selection}: View) => {
      measure.update({value: selection.features.measure});
      range.update({value: selection.maps.range});
      field.hidden = word.hidden = selection.features.measure !== "word";
    }
  };
}

/** Chooses the class whose cosines are shown. */
export function classMenu(feed: Feed): HTMLElement {
  const {store} = feed;
  const element = menu<number>({
    label: "Class",
    options: [{value: 1, label: "…"}],
    value: 1,
    onChange: (word) => store.set({words: {class: word}})
  });
  const show = (asked: Asked) =>
    element.update({
      options: asked.classes.map(({name}, i) => ({value: i + 1, label: name})),
      value: chosenClass(asked, store.value.words.class) + 1
    });
  const ask = newest();
  feed.subscribe(() =>
    ask(
      () => askWords({...store.value, words: store.value.words.list}),
      show,
      () => {}
    )
  );
  return element;
}

/** What is drawn, a row a patch: a value a map, or its colour as red, green and blue from 0 to 1. */
function rows(
  maps: readonly FeatureStage[],
  {values, colours}: Pick<Painted, "values" | "colours">,
  state: Feed["state"]
): Rows {
  if (!("view" in state)) return [];
  const {grid, image} = state.view.record;
  const cells = ({name}: FeatureStage, i: number, patch: number) => {
    const colour = colours?.get(name);
    if (colour)
      return ["red", "green", "blue"].map((channel, c) => [`${name}_${channel}`, colour[3 * patch + c]] as const);
    return values[i] ? [[name, values[i][patch]] as const] : [];
  };
  return Array.from({length: grid[0] * grid[1]}, (_, patch) => ({
    image,
    patch,
    place: patchName(patch, grid[1]),
    ...Object.fromEntries(maps.flatMap((map, i) => cells(map, i, patch)))
  }));
}
