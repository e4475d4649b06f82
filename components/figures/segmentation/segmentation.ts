import type {Feed, View} from "../../site/feed.js";
import {menu, segmented} from "../../ui/inputs.js";
import type {Selection} from "../../site/selection.js";
import {wordsField} from "../../page/wordsField.js";
import type {Asked} from "../../site/asked.js";
import {category, type Domain} from "../../charts/colour.js";
import {formatValue, h, s} from "../../ui/dom.js";
import {chosenClass, classMenu, roundDomain} from "../features/features.js";
import type {FigureOptions} from "../frame/figure.js";
import type {Rows} from "../frame/rows.js";
import {opacityInput, rangeInput} from "../frame/kit.js";
import {figure, provenance} from "../frame/figure.js";
import {sharedRange} from "../side/sharedRange.js";
import {absent, absentNote} from "../frame/absent.js";
import {followAnswers} from "../frame/follow.js";
import {redraw} from "../frame/redraw.js";
import {rampLegend} from "../../charts/legend.js";
import {disagreement, maskPicture, type PhotoMask} from "./masks.js";
import {patchMap} from "../../charts/patchMap.js";
import {plate, plates} from "../../charts/plate.js";
import {patchName} from "../../charts/reading.js";
import {secondNote, segmenters, type FeatureStage} from "../features/stages.js";
import {present, viewMasks, type Masks} from "./viewMasks.js";

type Shown = Selection["masks"]["shown"];

const waiting = "Loading the features of this photo.";

/** The features that a method's name in the selection stands for. */
function featuresOf(method: string): string {
  const name = method === "sfp" ? "vis" : method;
  return segmenters.some((stage) => stage.name === name) ? name : "vis";
}

/** Methods to choose from, by the names that the selection holds. */
export const methodChoices = segmenters.map(({name, title, about}) => ({
  value: name === "vis" ? "sfp" : name,
  label: title,
  hint: about
}));

/** The photo, a map of each method, and what stands around them. */
function build(feed: Feed) {
  const onHover = (hover: number | null) => feed.store.point({hover});
  const photo = patchMap({grid: [14, 14], label: "the photo", onHover});
  const cells = segmenters.map((method) => {
    const map = patchMap({grid: [14, 14], label: method.title, scale: "linear", onHover});
    return {...method, map, frame: plate(map, {title: h("span", {title: method.about}, method.title)})};
  });
  return {
    content: plates([plate(photo, {title: "the photo"}), ...cells.map(({frame}) => frame)], 170),
    photo,
    cells,
    legend: rampLegend({label: "", domain: [0, 1], scale: "linear"}),
    note: absentNote(),
    classes: h("div"),
    controls: segmentationControls(feed),
    /** What each method's map was painted of, by its name: masks come one by one. */
    painted: new Map<string, readonly unknown[]>()
  };
}

type Parts = ReturnType<typeof build>;

/** Figure 4: one photo under every method, as masks, as one class's heat, or as what differs from a method. */
export function segmentationFigure(feed: Feed): HTMLElement {
  const {store} = feed;
  const parts = build(feed);
  const {photo, cells, controls} = parts;
  const frame = figure(parts.content, feed, {
    id: "segmentation",
    title: "One photo, one set of words, every method",
    lede: "The class with the greatest cosine at every pixel.",
    waiting,
    legend: [parts.note, parts.classes, parts.legend],
    controls: controls.elements,
    data: () => (current ? rows(current, feed.state) : [])
  });

  let current: Masks | undefined;
  let key = "";
  const paint = (view: View, masks: Masks) => {
    const {record, selection} = view;
    const {shown, against, opacity} = selection.masks;
    const {asked} = masks;
    const index = chosenClass(asked, selection.words.class);
    // Opacity moves every frame; what it is applied to is made once.
    const all = sharedRange(
      feed,
      "segmentation",
      roundDomain([...masks.byName.values()].map((mask) => mask.heat[index]))
    );
    const nextKey = [record.image, asked.words, shown, against, index, selection.maps.range, all].join("|");
    const fresh = current !== masks || key !== nextKey;
    [current, key] = [masks, nextKey];
    if (!fresh) {
      for (const {map} of cells) map.update({opacity});
      return;
    }
    paintMasks(parts, view, masks, index, all);
    frame.update(words(view, masks, index));
    point(store.pointing.hover, view);
    frame.update({drawn: {image: record.image, shown, words: masks.pending.length ? false : asked.words}});
  };
  const point = (hover: number | null, {selection}: View) => {
    photo.update({hover});
    if (!current) return;
    for (const {name, map, frame: cell} of cells) {
      if (!current.byName.has(name)) continue;
      map.update({hover});
      cell.update({readout: readoutOf(current, name, selection, hover)});
    }
  };
  let source: View["source"] | undefined;
  let queued = 0;
  /** Several masks come in a frame. */
  const more = () => {
    queued ||= requestAnimationFrame(() => {
      queued = 0;
      redraw(feed, frame.id);
    });
  };
  followAnswers(feed, frame, {
    waiting,
    ask: (view) => {
      controls.show(view);
      return viewMasks(view, more);
    },
    draw: (view, masks) => {
      source = view.source;
      paint(view, masks);
    },
    // The field says which words are not known; what was drawn of this photo stays.
    failed: (reason, view) => (view.source === source ? "" : reason),
    point: ({hover}, view) => point(hover, view)
  });
  return frame;
}

/** @param index the class that a heat map shows, 0-based */
function paintMasks(parts: Parts, {record, selection, picture}: View, masks: Masks, index: number, all: Domain): void {
  const {photo, cells, note, classes, legend, painted} = parts;
  const {shown, against, opacity} = selection.masks;
  const {asked, byName} = masks;
  const base = byName.get(baseOf(masks, against).name)!;
  const heat = shown === "heat";
  const own = selection.maps.range === "own";
  photo.update({grid: record.grid, photo: picture.image});
  for (const {name, map, frame} of cells) {
    const mask = byName.get(name);
    frame.update({absent: mask || masks.pending.includes(name) ? "" : absent});
    map.classList.toggle("is-coming", !mask);
    const of = mask ? [mask, picture.image, shown, index, own, opacity, base, ...(heat && !own ? all : [])] : [];
    const same = painted.get(name)?.every((part, i) => part === of[i]) && painted.get(name)!.length === of.length;
    painted.set(name, of);
    if (!mask || same) continue;
    const values = heat ? mask.heat[index] : null;
    map.update({
      grid: record.grid,
      photo: heat ? null : picture.image,
      values,
      domain: own && values ? roundDomain([values]) : all,
      picture: heat ? null : maskPicture(mask, shown === "difference" ? base : undefined),
      opacity,
      name: (patch) => describe(mask, asked, patch, shown, index)
    });
  }
  note.show(
    cells.filter(({name}) => !byName.has(name) && !masks.pending.includes(name)).map(({title}) => title),
    record.provenance.model
  );
  classes.replaceChildren(classesLegend(asked));
  classes.hidden = heat;
  legend.update({label: `cosine to “${asked.classes[index].words.join(", ")}”`, domain: all});
  legend.hidden = !heat || own;
}

/** What stands beside a method's name: how much of its mask differs, or what it says of the patch that is pointed at. */
function readoutOf(masks: Masks, name: string, {masks: {shown, against}, words}: Selection, hover: number | null) {
  const {byName, asked} = masks;
  const mask = byName.get(name)!;
  if (hover !== null)
    return shown === "heat"
      ? formatValue(mask.heat[chosenClass(asked, words.class)][hover])
      : asked.classes[mask.patches[hover]].name;
  if (shown === "heat") return "";
  const base = byName.get(baseOf(masks, against).name)!;
  return mask === base ? "—" : `${Math.round(100 * disagreement(mask, base))} % differ`;
}

/** Squares in the colours of the classes, with their words. */
export function classesLegend({classes}: Asked): HTMLElement {
  const items = classes.map(({words: synonyms}, i) =>
    h(
      "li",
      {},
      s(
        "svg",
        {width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true"},
        s("rect", {x: 1, y: 1, width: 14, height: 14, fill: category(i)})
      ),
      synonyms.join(", ")
    )
  );
  return h("ul", {class: "legend-marks"}, ...items);
}

function describe(mask: PhotoMask, {classes}: Asked, patch: number, shown: Shown, index: number): string {
  return shown === "heat" ? formatValue(mask.heat[index][patch]) : classes[mask.patches[patch]].name;
}

function segmentationControls(feed: Feed) {
  const {store} = feed;
  const shown = segmented<Shown>({
    label: "Show",
    options: [
      {value: "masks", label: "masks"},
      {value: "heat", label: "heat of a class", hint: "Cosines with one class’s words"},
      {value: "difference", label: "difference", hint: "Only where a method’s class is not the other’s"}
    ],
    value: store.value.masks.shown,
    onChange: (value) => store.set({masks: {shown: value}})
  });
  const against = menu<string>({
    label: "Compared with",
    options: methodChoices,
    value: store.value.masks.against,
    onChange: (value) => store.set({masks: {against: value}})
  });
  const opacity = opacityInput(store);
  const range = rangeInput(store);
  const word = classMenu(feed);
  return {
    elements: [wordsField(feed), shown, against, opacity, word, range],
    show: ({selection}: View) => {
      const heat = selection.masks.shown === "heat";
      shown.update({value: selection.masks.shown});
      against.update({value: segmenterName(selection.masks.against)});
      opacity.update({value: selection.masks.opacity});
      range.update({value: selection.maps.range});
      against.hidden = opacity.hidden = heat;
      word.hidden = range.hidden = !heat;
    }
  };
}

/** A method's name in the selection, or SFP's where there is no such method. */
function segmenterName(method: string): string {
  const name = featuresOf(method);
  return name === "vis" ? "sfp" : name;
}

/** What others are compared with: the chosen method, or the first that is there. */
function baseOf(masks: Masks, method: string): FeatureStage {
  const there = present(masks);
  return there.find(({name}) => name === featuresOf(method)) ?? there[0];
}

const titles: Record<Shown, string> = {
  masks: "One photo, one set of words, every method",
  heat: "Where each method finds the class",
  difference: "Where each method decides otherwise"
};

function words({record, picture, selection}: View, masks: Masks, index: number): Partial<FigureOptions> {
  const {
    masks: {shown, against},
    maps: {range}
  } = selection;
  const {asked} = masks;
  const {words: synonyms} = asked.classes[index];
  const base = baseOf(masks, against).title;
  const ledes: Record<Shown, string> = {
    masks: `The class with the greatest cosine at each pixel; beside each name, the share of patches with another class than ${base}’s.`,
    heat: `Cosine of each patch’s feature with “${synonyms.join("” or “")}”${synonyms.length > 1 ? ", whichever is greater" : ""}.`,
    difference: `Coloured where a method’s class is not that of ${base}, in the colour of the method’s own; beside each name, the share of patches.`
  };
  const readings: Record<Shown, string> = {
    masks:
      "Every pixel gets one of the words, whether or not any fits: there is no background class unless you name one. Cosines are upsampled bilinearly from 16-pixel patches before the decision, as in the methods’ own inference.",
    heat: "Crisp squares are patches. Cosines of different methods are not calibrated against each other; compare where a map is strong, and look for isolated spots.",
    difference:
      "Uncoloured pixels agree. Agreement is not correctness: these photos have no ground-truth masks, so nothing here is scored."
  };
  return {
    title: titles[shown],
    lede: ledes[shown],
    reading: readings[shown],
    source: provenance(
      {...record, image: picture.title},
      {
        notes: [
          `words ${asked.words}`,
          "one 224 px window, no thresholds, no refinement",
          ...secondNote(record),
          ...(shown === "heat"
            ? [range === "own" ? "each map its own range" : "one range for the figure"]
            : [`compared with ${base}`])
        ]
      }
    )
  };
}

function rows({asked, byName}: Masks, state: Feed["state"]): Rows {
  if (!("view" in state)) return [];
  const {grid, image} = state.view.record;
  return Array.from({length: grid[0] * grid[1]}, (_, patch) => ({
    image,
    patch,
    place: patchName(patch, grid[1]),
    ...Object.fromEntries([...byName].map(([name, mask]) => [name, asked.classes[mask.patches[patch]].name]))
  }));
}
