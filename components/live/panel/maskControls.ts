/** The mask figure of the Live page, with the words, the methods and the windows that it is made for. */
import {idOfSource, type ModelSource} from "../catalog.js";
import type {OpenModel, SegmentAsk} from "../protocol.js";
import type {RecordSource} from "../../records/record.js";
import type {Feed} from "../../site/feed.js";
import {segmented, slider} from "../../ui/inputs.js";
import type {SelectionChange, Selection, SelectionStore} from "../../site/selection.js";
import {wordsField} from "../../page/wordsField.js";
import {askWords, type Asked} from "../../site/asked.js";
import {newest} from "../../site/cache.js";
import {readMethods, readSegmentSettings} from "./choices.js";
import {maskFigure} from "./maskFigure.js";
import {methodBoxes} from "./methodBoxes.js";
import type {KeptMasks} from "../kept/run.js";
import type {LiveSession, LiveState} from "./session.js";
import {secondModel} from "./secondModel.js";
import {takeAlong} from "./takeAlong.js";

/** How long after the last change masks are made anew, in ms. */
const pause = 400;

export interface MaskControls {
  figure: HTMLElement;
  /** Makes masks of the picture that was run last, as the controls say. */
  ask(): void;
  /** Shows masks that an earlier page made. */
  resume(kept: KeptMasks): void;
  /** Shows what the address says, without making masks of it. */
  show(chosen: Selection): void;
}

/** Methods with the options that the reader gave; `through`: those that look through a second model. */
export function methodsOf(
  {options}: LiveSession,
  names: readonly string[],
  through: ReadonlySet<string> = new Set()
): SegmentAsk["methods"] {
  return names.map((name) => ({name, options: name === "sfp" ? options : undefined, proxied: through.has(name)}));
}

/**
 * @param hands `source`: the record that is shown, if any; `onMasks`: told of masks that are done, to keep them
 */
export function maskControls(
  feed: Feed,
  session: LiveSession,
  {source, onMasks}: {source: () => RecordSource | undefined; onMasks: (kept: KeptMasks) => void}
): MaskControls {
  const {store} = feed;
  /** What the shown masks were asked for, and what their caption says of it. */
  let asked: (Pick<Asked, "classes"> & {note: string}) | undefined;
  const askLatest = newest();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const ask = () => {
    clearTimeout(timer);
    const {info} = session.model ?? {};
    const {chosen, whole, device} = session.state;
    // A run that was kept has no model yet; what it is asked for then comes with the run.
    if (!info && chosen && whole && !session.state.stage) return void session.run();
    if ((!info?.words && !info?.tower) || !whole || !chosen) return;
    const settings = readSegmentSettings(store.value);
    const names = readMethods(store.value.live.methods);
    const {source: other, through} = second.of(names);
    const note = noteOf(info.id, other, settings.short, device);
    // A text tower answers later, and other words may have been asked for since.
    askLatest(
      () => askWords({model: info.id, image: chosen.id, words: store.value.words.list}),
      (found) => {
        const mine = (asked = {...found, note});
        const {classes, text} = found;
        const runs = methodsOf(session, names, through);
        const ended = session.segment({methods: runs, classes, text, settings, probabilities: false}, other);
        void ended.then(() => {
          const {masks, stage} = session.state;
          if (asked === mine && !stage && masks.length) onMasks({masks, classes, note});
        });
      },
      () => {}
    );
  };
  /** Changes the selection, and the masks once the reader has stopped. */
  const change = (chosen: SelectionChange) => {
    store.set(chosen);
    clearTimeout(timer);
    timer = setTimeout(ask, pause);
  };

  const inputs = maskInputs(store, change);
  const second = secondModel(session, store, change);
  const take = takeAlong(() => {
    const record = source();
    return record && asked && {source: record, masks: session.state.masks, classes: asked.classes, note: asked.note};
  });
  const blank = {masks: [], classes: [], source: "", waiting: "", failure: ""};
  const figure = maskFigure(blank, {
    store,
    controls: [wordsField(feed), ...inputs.elements, second.element],
    actions: take.actions
  });
  const write = ({masks, whole, stage}: LiveState) => {
    take.offer(masks.length > 0 && !stage);
    figure.update({
      whole,
      masks,
      classes: asked?.classes.map(({name}) => name) ?? [],
      source: asked?.note ?? "",
      waiting: stage ? "On its way." : "",
      failure: wordlessReason(session.model?.info)
    });
  };
  session.subscribe(write);
  let words = store.value.words.list;
  store.subscribe((value, restored) => {
    const typed = value.words.list !== words && !restored;
    words = value.words.list;
    if (typed) ask();
  });
  return {
    figure,
    ask,
    show: inputs.show,
    resume: ({classes, note}) => {
      asked = {classes, note};
      write(session.state);
    }
  };
}

/** What the masks' caption says of how they were made. */
function noteOf(model: string, second: ModelSource | undefined, short: number, device?: string): string {
  const parts = [
    model,
    second && `second model ${idOfSource(second)}`,
    `${short} px`,
    device && `computed on ${device}`
  ];
  return parts.filter(Boolean).join(" · ");
}

/** Why a model answers no words; empty where it does, or is not there yet. */
function wordlessReason(info: OpenModel | undefined): string {
  if (!info || info.words || info.tower) return "";
  return info.wordless ?? "This model has no words: neither a lexicon nor a text tower.";
}

/** Which methods make masks, and how the picture is cut for them. `change` is told of each choice. */
function maskInputs(store: SelectionStore, change: (chosen: SelectionChange) => void) {
  const boxes = methodBoxes((names) => change({live: {methods: names.join(",")}}));
  const windows = segmented<"sliding" | "whole">({
    label: "Windows",
    options: [
      {value: "sliding", label: "sliding, 224 by 112"},
      {value: "whole", label: "the whole picture at once"}
    ],
    value: store.value.live.windows,
    onChange: (value) => change({live: {windows: value}})
  });
  const short = slider({
    label: "Short side",
    least: 224,
    most: 672,
    step: 112,
    value: store.value.live.short,
    suffix: "px",
    onChange: (value) => {
      short.update({value});
      change({live: {short: value}});
    }
  });
  const threshold = slider({
    label: "Least probability",
    least: 0,
    most: 0.95,
    step: 0.05,
    value: store.value.live.probability,
    hint: "Pixels whose best class is less probable get the first class",
    onChange: (value) => {
      threshold.update({value});
      change({live: {probability: value}});
    }
  });
  const show = (chosen: Selection) => {
    boxes.show(readMethods(chosen.live.methods));
    windows.update({value: chosen.live.windows});
    short.update({value: chosen.live.short});
    threshold.update({value: chosen.live.probability});
  };
  show(store.value);
  return {elements: [boxes.element, windows, short, threshold], show};
}
