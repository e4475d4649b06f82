/** The Live page: a session tied to the site's feed, so that every figure of the other pages draws its results. */
import {FileAttachment} from "observablehq:stdlib";
import {Feed} from "../controls/feed.js";
import {selection} from "../controls/selection.js";
import {segmented, slider} from "../controls/inputs.js";
import {wordsField} from "../controls/wordsField.js";
import {h} from "../figures/dom.js";
import {whenSeen} from "../figures/whenSeen.js";
import {methods} from "../model/methods/index.js";
import type {OptionValues} from "../model/methods/options.js";
import type {SegmentSettings} from "../model/segmentation/segment.js";
import {withWords, type Asked} from "./asked.js";
import type {ModelEntry} from "./catalog.js";
import {liveSource} from "./client.js";
import {prepareIsolation} from "./isolation.js";
import {maskFigure} from "./maskFigure.js";
import {optionInputs} from "./optionInputs.js";
import {livePanel} from "./panel.js";
import {LiveSession} from "./session.js";

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
  });
  const masks = maskControls(feed, session);
  const panel = livePanel(session, selection.value.image);
  void begin(session, selection.value.model);
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

async function begin(session: LiveSession, wanted: string): Promise<void> {
  const models = (await FileAttachment("../../data/models/index.json").json()) as ModelEntry[];
  await session.begin(models, wanted);
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
function maskControls(feed: Feed, session: LiveSession) {
  let chosen = ["sfp", "clearclip"];
  let settings: Partial<SegmentSettings> = {};
  let asked: Asked | undefined;
  const ask = async () => {
    if (!session.model?.lexicon || !session.state.whole) return;
    withWords(
      feed.store.value,
      (found) => {
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
  const windows = segmented<"sliding" | "whole">({
    label: "Windows",
    options: [
      {value: "sliding", label: "sliding, 224 by 112"},
      {value: "whole", label: "the whole picture at once"}
    ],
    value: "sliding",
    onChange: (value) => {
      settings = {...settings, crop: value === "whole" ? 0 : 224};
      void ask();
    }
  });
  const short = slider({
    label: "Short side",
    least: 224,
    most: 672,
    step: 112,
    value: 336,
    suffix: "px",
    onChange: (value) => {
      short.update({value});
      settings = {...settings, short: value};
      later();
    }
  });
  const threshold = slider({
    label: "Least probability",
    least: 0,
    most: 0.95,
    step: 0.05,
    value: 0,
    hint: "Pixels whose best class is less probable get the first class",
    onChange: (value) => {
      threshold.update({value});
      settings = {...settings, probability: value};
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
    later();
  });
  const blank = {masks: [], classes: [], source: "", waiting: "", failure: ""};
  const figure = maskFigure(blank, [wordsField(feed), boxes, windows, short, threshold]);
  session.subscribe(({masks, whole, device, stage}) => {
    const words = session.model && !session.model.lexicon;
    figure.update({
      whole,
      masks,
      classes: asked?.classes.map(({name}) => name) ?? [],
      source: [session.modelId, `${settings.short ?? 336} px`, device && `computed on ${device}`]
        .filter(Boolean)
        .join(" · "),
      waiting: stage ? "On its way." : "",
      failure: words ? "This model has no words: neither a lexicon nor a text tower that the page can run." : ""
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
