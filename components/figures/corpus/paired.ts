import type {CorpusSummary} from "../../analysis/corpus/summary.js";
import {measureIds, measures, type MeasureId} from "../../analysis/layerMeasures.js";
import type {Difference} from "../../analysis/paired.js";
import {category} from "../../charts/colour.js";
import {lines} from "../../charts/lines.js";
import {inBackground} from "../../site/background.js";
import {Cache, newest, perOwner} from "../../site/cache.js";
import {corpusChoices, corpusNamed, type CorpusChoice} from "../../site/corpora.js";
import type {Place} from "../../site/feed.js";
import {menu} from "../../ui/inputs.js";
import {reasonOf} from "../../ui/reason.js";
import {figure} from "../frame/figure.js";
import {boundedSeries, boundsText, corpusSource, followCorpus, type CorpusView} from "../frame/followCorpus.js";
import {boundedCells} from "../frame/rows.js";

/** How two models, or two sets of images, differ: image by image where the images are the same. */
export function corpusPaired(place: Place): HTMLElement {
  const {store} = place;
  let id: MeasureId = "outliers";
  let other: string | undefined;
  let view: CorpusView | undefined;
  let drawn: Difference | undefined;
  const chart = lines({series: [], label: "", onPick: (layer) => store.set({layer})});
  const measure = menu<MeasureId>({
    label: "Measure",
    options: measureIds.map((value) => ({value, label: measures[value].label})),
    value: id,
    onChange: (value) => {
      id = value;
      compare();
    }
  });
  const against = menu<string>({
    label: "Compared with",
    options: [],
    value: "",
    onChange: (value) => {
      other = value;
      compare();
    }
  });
  const frame = figure(chart, place, {
    id: "corpus-paired",
    title: "How two models, or two sets of images, differ",
    lede: "Difference of the means, layer by layer, with a 95 % bootstrap interval.",
    waiting: "Loading the numbers of all images.",
    controls: [measure, against],
    data: () => drawn?.layers.map((bounds, layer) => ({layer: layer + 1, ...boundedCells(id, bounds)})) ?? []
  });
  const latest = newest();
  const compare = () => {
    if (!view) return;
    const {corpus, selection} = view;
    const choices = corpusChoices().filter(({key}) => key !== corpusNamed(selection).key);
    const chosen = choices.find(({key}) => key === other) ?? choices[0];
    if (!chosen)
      return frame.update({failure: "This site has one set of images under one model: nothing to compare it with."});
    against.update({options: choices.map(({key, label}) => ({value: key, label})), value: chosen.key});
    if (!drawn) frame.update({waiting: "Comparing image by image."});
    latest(
      () => found(corpus).get(`${id} ${chosen.key}`),
      (difference) => draw(difference, chosen),
      (thrown) => frame.update({failure: reasonOf(thrown)})
    );
  };
  const draw = (difference: Difference, chosen: CorpusChoice) => {
    drawn = difference;
    const {corpus, selection, layer} = view!;
    const {label, unit, share} = measures[id];
    const times = share ? 100 : 1;
    const own = corpusNamed(selection).label;
    chart.update({
      series: [{...boundedSeries({label: "difference", colour: category(0)}, difference.layers, times), quiet: true}],
      label: `${label}, ${share ? "percentage points" : unit}`,
      current: layer + 1
    });
    const text = boundsText(difference.layers[layer], (value) => (value * times).toPrecision(2));
    frame.update({
      failure: "",
      waiting: "",
      title: `Layer ${layer + 1}: ${label} ${text} ${share ? "percentage points" : unit} between ${own} and ${chosen.label}`,
      lede: difference.paired
        ? `${own} minus ${chosen.label}: each of ${difference.images[0]} images with itself. The band is the 95 % bootstrap interval over images.`
        : `${own} (${difference.images[0]} images) minus ${chosen.label} (${difference.images[1]}): other images, so each set is resampled by itself.`,
      source: corpusSource(view!, [`compared with ${chosen.label}`, `${corpus.images} images`]),
      drawn: {measure: id, paired: difference.paired, layer: layer + 1, difference: difference.layers[layer][0]}
    });
  };
  followCorpus(store, frame, (next) => {
    view = next;
    compare();
  });
  return frame;
}

/** What was compared, by the measure and by what with: a layer's move compares nothing anew. */
const found = perOwner(
  (corpus: CorpusSummary) =>
    new Cache<Difference>((key) => {
      const [id, ...rest] = key.split(" ");
      const against = corpusChoices().find((choice) => choice.key === rest.join(" "))!;
      return differences(corpus, against, id as MeasureId);
    })
);

async function differences(corpus: CorpusSummary, {load}: CorpusChoice, id: MeasureId): Promise<Difference> {
  const other = await load();
  if (!corpus.each || !other.each)
    throw new Error("These numbers were made before images were told apart: npm run sfp -- corpus makes them anew.");
  return inBackground("difference", {a: corpus.each, b: other.each, id});
}
