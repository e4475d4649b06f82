import type {Bounds, CorpusSummary} from "../../analysis/corpus/summary.js";
import {loadCorpus} from "../../site/corpora.js";
import type {Selection, SelectionStore} from "../../site/selection.js";
import type {Drawing} from "../../ui/drawing.js";
import type {FigureOptions} from "./figure.js";
import {provenance} from "./figure.js";
import type {Series} from "../../charts/lines.js";
import type {Stroke} from "../../charts/marks.js";
import {drawOrSay} from "./follow.js";
import {reasonOf} from "../../ui/reason.js";
import {whenQuiet} from "../../ui/quiet.js";
import {followSight} from "../../ui/whenSeen.js";

/** A corpus, summed up or image by image, and where in it the reader is. */
export interface CorpusView<T = CorpusSummary> {
  corpus: T;
  selection: Selection;
  /** 0-based. */
  layer: number;
}

/** Ties a figure to the chosen corpus, layer and detector; draws at most once a frame, and only near the window. */
export function followCorpus(
  store: SelectionStore,
  frame: Drawing<FigureOptions>,
  draw: (view: CorpusView) => void
): void {
  const load = (selection: Selection) =>
    loadCorpus(selection).catch((cause: unknown) => {
      throw new Error("This set of images is not in the site. Build it again with npm run build.", {cause});
    });
  followImages(store, frame, load, draw);
}

/** The same for whatever is loaded of many images. */
export function followImages<T extends {layers: number}>(
  store: SelectionStore,
  frame: Drawing<FigureOptions>,
  load: (selection: Selection) => Promise<T>,
  draw: (view: CorpusView<T>) => void
): void {
  let corpus: T | undefined;
  let asked = "";
  let queued = 0;
  let inSight = false;
  let wanted = false;
  let shown: readonly unknown[] = [];
  const redraw = () => {
    queued ||= requestAnimationFrame(() => {
      queued = 0;
      const {value} = store;
      const next = [corpus, value];
      if (!corpus || (!inSight && shown.length > 0) || next.every((part, i) => part === shown[i])) return;
      shown = next;
      const view = {corpus, selection: value, layer: Math.min(value.layer, corpus.layers) - 1};
      drawOrSay(frame, () => draw(view));
    });
  };
  const follow = () => {
    if (!wanted) return;
    const {
      corpus: {images: set},
      model
    } = store.value;
    const id = `${set} ${model}`;
    if (id === asked) return redraw();
    asked = id;
    if (!corpus) frame.update({waiting: "Loading the numbers of all images."});
    load(store.value).then(
      (found) => {
        if (id !== asked) return;
        corpus = found;
        frame.update({waiting: "", failure: ""});
        redraw();
      },
      (thrown: unknown) => {
        if (id !== asked) return;
        // Nothing of another set of images is drawn behind the reason.
        corpus = undefined;
        frame.update({waiting: "", failure: reasonOf(thrown)});
      }
    );
  };
  // What is out of sight waits, so that the page's first figure has the line to itself.
  const want = () => {
    wanted = true;
    follow();
  };
  followSight(frame, (now) => {
    inSight = now;
    if (inSight) want();
  });
  whenQuiet(want);
  addEventListener("beforeprint", want);
  store.subscribe(follow);
}

/** What a caption of a corpus says. */
export function corpusSource(
  {corpus, layer}: CorpusView,
  notes: string[] = [],
  {oneLayer = false, intervals = true} = {}
): string {
  const {name, provenance: made, grid, intervals: kind} = corpus;
  return provenance(
    {image: name, provenance: made},
    {
      ...(oneLayer && {layer: layer + 1}),
      notes: [
        ...notes,
        `middle square of each at 224 px, ${grid[0]} × ${grid[1]} patches`,
        ...(intervals ? [`95 % ${kind ?? "bootstrap"} intervals over images`] : [])
      ]
    }
  );
}

/** A line with its interval. */
export function boundedSeries(stroke: Stroke, bounds: readonly Bounds[], times = 1): Series {
  const pick = (k: number) => bounds.map((bound) => (bound[k] ?? NaN) * times);
  return {...stroke, values: pick(0), low: pick(1), high: pick(2)};
}

/** "12.3 [10.1, 14.9]". */
export function boundsText([estimate, low, high]: Bounds, format: (value: number) => string): string {
  if (estimate === null) return "—";
  return low === null || high === null ? format(estimate) : `${format(estimate)} [${format(low)}, ${format(high)}]`;
}
