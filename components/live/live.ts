/** The Live page: a session tied to the site's feed, so that every figure of the other pages draws its results. */
import {FileAttachment} from "observablehq:stdlib";
import type {RecordSource} from "../analysis/record.js";
import {Feed} from "../controls/feed.js";
import {selection, type Selection} from "../controls/selection.js";
import {segmented, slider} from "../controls/inputs.js";
import {wordsField} from "../controls/wordsField.js";
import {h} from "../figures/dom.js";
import {whenSeen} from "../figures/whenSeen.js";
import {methods} from "../model/methods/index.js";
import type {OptionValues} from "../model/methods/options.js";
import {withWords, type Asked} from "./asked.js";
import type {ModelEntry} from "./catalog.js";
import {liveSource} from "./client.js";
import {fitName, formatOptions, readChoices, readMethods, readSegmentSettings} from "./choices.js";
import {prepareIsolation} from "./isolation.js";
import {maskFigure} from "./maskFigure.js";
import {optionInputs} from "./optionInputs.js";
import {livePanel} from "./panel.js";
import {LiveSession} from "./session.js";
import {takeAlong} from "./takeAlong.js";

/** The parts of the page, for its Markdown to place. */
export interface LivePage {
  feed: Feed;
  panel: HTMLElement;
  /** SFP's switches and constants. */
  options: HTMLElement;
  mask: HTMLElement;
}

/** Options of SOM: they change what the trunk computes; the others only what follows it. */
const trunkOptions = new Set(["factor", "cap", "heads", "isolated", "from"]);

/** Starts the page's session. Nothing is downloaded until the reader runs something. */
export function livePage(): LivePage {
  let current: Parameters<Feed["show"]> | undefined;
  const feed = new Feed(selection, async () => {
    if (!current) throw new Error("Nothing has been run yet. Choose a picture above.");
    const [source, picture] = current;
    return {source, picture};
  });
  const session = new LiveSession((record, live, picture) => {
    current = [liveSource(live, record, session.options), picture];
    // The address names what is shown, so that a link restores it.
    selection.set({model: record.provenance.model, image: picture.id});
    feed.show(...current);
    if (record.layers === live.info?.geometry.layers) queueMicrotask(() => void masks.ask());
  }, readChoices(selection.value));
  const masks = maskControls(feed, session, () => current?.[0]);
  const panel = livePanel(session, selection.value.image);
  void begin(session);
  prepareIsolation();
  return {
    feed,
    panel,
    options: sfpOptions(
      session,
      feed,
      () => masks.ask(),
      () => current
    ),
    mask: masks.figure
  };
}

/** A figure that is made when its place comes near the window: one that nobody scrolls to costs no run. */
export function lazily(make: () => HTMLElement): HTMLElement {
  const place = h("div", {class: "live-later"});
  whenSeen(place, () => place.replaceChildren(make()));
  return place;
}

async function begin(session: LiveSession): Promise<void> {
  const models = (await FileAttachment("../../data/models/index.json").json()) as ModelEntry[];
  const {model, device} = selection.value;
  await session.begin(models, {model, device: device === "auto" ? undefined : device});
  const {kind: first} = session.state;
  session.subscribe(({fit, kind}) => {
    // What the page chose by itself is no choice: the link's reader has another machine.
    const said = kind !== first || selection.value.device !== "auto";
    selection.set({fit: fitName(fit), ...(said ? {device: kind} : {})});
  });
}

/** SFP's options. A changed one reruns what depends on it: the trunk, or only what comes after it. */
function sfpOptions(
  session: LiveSession,
  feed: Feed,
  askMasks: () => unknown,
  current: () => Parameters<Feed["show"]> | undefined
): HTMLElement {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const change = (values: OptionValues) => {
    const changed = Object.keys({...values, ...session.options}).filter(
      (name) => values[name] !== session.options[name]
    );
    session.options = values;
    selection.set({method: "sfp", options: formatOptions(values)});
    clearTimeout(timer);
    timer = setTimeout(() => {
      const live = session.model;
      const shown = current();
      if (!live || !shown) return;
      if (changed.some((name) => trunkOptions.has(name))) return void session.run();
      const [{record}, picture] = shown;
      feed.show(liveSource(live, withOptions(record, values), values), picture);
      void askMasks();
    }, 300);
  };
  const element = h("details", {class: "live-options"}, h("summary", {}, "SFP’s switches and constants"));
  let layers = 0;
  session.subscribe(() => {
    const now = session.model?.info?.geometry.layers ?? 12;
    if (now === layers) return;
    layers = now;
    const inputs = optionInputs({method: "sfp", values: session.options, layers, onChange: change});
    element.replaceChildren(element.firstElementChild!, inputs);
  });
  return element;
}

function withOptions<R extends {provenance: {options: string[]}}>(record: R, values: OptionValues): R {
  const options = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return {...record, provenance: {...record.provenance, options}};
}

/** The mask figure, with the words, the methods and the windows that it is made for. */
function maskControls(feed: Feed, session: LiveSession, source: () => RecordSource | undefined) {
  const {store} = feed;
  let chosen = readMethods(store.value.methods);
  let settings = readSegmentSettings(store.value);
  let asked: Asked | undefined;
  let asks = 0;
  const ask = async () => {
    const info = session.model?.info;
    if ((!info?.words && !info?.tower) || !session.state.whole) return;
    const turn = (asks += 1);
    withWords(
      feed.store.value,
      (found) => {
        // A text tower answers later, and other words may have been asked for since.
        if (turn !== asks) return;
        asked = found;
        void session.segment({
          methods: chosen.map((name) => ({name, options: name === "sfp" ? session.options : undefined})),
          classes: found.classes,
          text: found.text,
          settings,
          probabilities: false
        });
      },
      () => {}
    );
  };
  const change = (chosen: Partial<Selection>) => {
    store.set(chosen);
    settings = readSegmentSettings(store.value);
  };
  const windows = segmented<"sliding" | "whole">({
    label: "Windows",
    options: [
      {value: "sliding", label: "sliding, 224 by 112"},
      {value: "whole", label: "the whole picture at once"}
    ],
    value: store.value.windows,
    onChange: (value) => {
      change({windows: value});
      void ask();
    }
  });
  const short = slider({
    label: "Short side",
    least: 224,
    most: 672,
    step: 112,
    value: store.value.short,
    suffix: "px",
    onChange: (value) => {
      short.update({value});
      change({short: value});
      later();
    }
  });
  const threshold = slider({
    label: "Least probability",
    least: 0,
    most: 0.95,
    step: 0.05,
    value: store.value.probability,
    hint: "Pixels whose best class is less probable get the first class",
    onChange: (value) => {
      threshold.update({value});
      change({probability: value});
      later();
    }
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), 400);
  };
  const boxes = methodBoxes(chosen, (names) => {
    chosen = names;
    store.set({methods: names.join(",")});
    later();
  });
  const blank = {masks: [], classes: [], source: "", waiting: "", failure: ""};
  const take = takeAlong(() => {
    const record = source();
    return record && {source: record, masks: session.state.masks, classes: asked?.classes ?? [], note: note()};
  });
  const note = () => {
    const {device} = session.state;
    return [session.modelId, `${settings.short} px`, device && `computed on ${device}`].filter(Boolean).join(" · ");
  };
  const figure = maskFigure(blank, {
    store,
    controls: [wordsField(feed), boxes, windows, short, threshold],
    actions: take.actions
  });
  session.subscribe(({masks, whole, stage}) => {
    take.offer(masks.length > 0 && !stage);
    const info = session.model?.info;
    const wordless = info && !info.words && !info.tower;
    figure.update({
      whole,
      masks,
      classes: asked?.classes.map(({name}) => name) ?? [],
      source: note(),
      waiting: stage ? "On its way." : "",
      failure: wordless ? (info.wordless ?? "This model has no words: neither a lexicon nor a text tower.") : ""
    });
  });
  let last = selection.value.words;
  selection.subscribe(({words}) => {
    if (words === last) return;
    last = words;
    void ask();
  });
  return {figure, ask};
}

function methodBoxes(chosen: readonly string[], onChange: (names: string[]) => void): HTMLElement {
  const boxes = Object.entries(methods).map(([name, {title, about}]) => {
    const input = h("input", {type: "checkbox", value: name, onchange: () => change()});
    input.checked = chosen.includes(name);
    return {name, input, label: h("label", {title: about}, input, title)};
  });
  const change = () => {
    const names = boxes.filter(({input}) => input.checked).map(({name}) => name);
    if (names.length) onChange(names);
  };
  return h("fieldset", {class: "live-methods"}, h("legend", {}, "Methods"), ...boxes.map(({label}) => label));
}
