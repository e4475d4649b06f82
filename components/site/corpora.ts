import {FileAttachment} from "observablehq:stdlib";
import type {CorpusRows} from "../analysis/corpus/rows.js";
import {knowVersion} from "../records/versions.js";
import type {CorpusSummary} from "../analysis/corpus/summary.js";
import {decodeRows} from "../exchange/corpusRows.js";
import {Cache} from "./cache.js";
import {guardedRows} from "../records/absent.js";
import {fetchData} from "./files.js";
import {siteModels} from "./models.js";
import type {Selection} from "./selection.js";

type Images = Selection["corpus"]["images"];

/** The models that PASCAL VOC was summed up under. The paths are written out, because only such files become part of the site. */
const voc: Readonly<Record<string, () => Promise<CorpusSummary>>> = {
  "vit-ti-16": () => FileAttachment("../../data/snapshots/vit-ti-16/corpus-voc.json").json() as Promise<CorpusSummary>,
  mini: () => FileAttachment("../../data/snapshots/mini/corpus-voc.json").json() as Promise<CorpusSummary>
};

const corpora = new Cache((key) => {
  const [images, model] = key.split(" ");
  return images === "voc" ? voc[model]() : photos(model);
});

/** A set of images under a model, as a menu names it. */
export interface CorpusChoice {
  key: string;
  label: string;
  load(): Promise<CorpusSummary>;
}

/** What a selection sums up: a model without a summary of its own gives way to the first that has one. */
export function corpusNamed({corpus: {images}, model}: Pick<Selection, "corpus" | "model">): CorpusChoice {
  return choiceOf(images, images === "voc" ? (model in voc ? model : "vit-ti-16") : siteModel(model));
}

/** Every set of images under every model that the site has. */
export function corpusChoices(): CorpusChoice[] {
  return [
    ...Object.keys(voc).map((model) => choiceOf("voc", model)),
    ...siteModels().map((model) => choiceOf("photos", model))
  ];
}

function choiceOf(images: Images, model: string): CorpusChoice {
  const key = `${images} ${model}`;
  const name = images === "voc" ? "PASCAL VOC" : "this site’s photos";
  return {key, label: `${model} on ${name}`, load: async () => corpora.get(key)};
}

/** A model that runs in the page alone has summed up nothing; captions say whose numbers are shown. */
function siteModel(model: string): string {
  const models = siteModels();
  return models.includes(model) ? model : (models[0] ?? model);
}

/** Outliers summed up over one of the site's sets of images. */
export async function loadCorpus(selection: Pick<Selection, "corpus" | "model">): Promise<CorpusSummary> {
  const summary = await corpusNamed(selection).load();
  knowVersion("summary", summary.version);
  return summary;
}

const rows = new Cache(async (path) => decodeRows(await fetchData(path)));

/** What is known of each image of the set that a selection sums up: sets and norms. */
export async function loadRows(selection: Pick<Selection, "corpus" | "model">): Promise<CorpusRows> {
  const [images, model] = corpusNamed(selection).key.split(" ");
  return rows.get(
    images === "voc" ? `snapshots/${model}/corpus-voc-rows.arrow.gz` : `corpus/${model}/photos-rows.arrow.gz`
  );
}

async function photos(model: string): Promise<CorpusSummary> {
  const bytes = await fetchData(`corpus/${model}/photos.json`);
  const summary = JSON.parse(new TextDecoder().decode(bytes)) as CorpusSummary;
  if (!summary.provenance.imported) return summary;
  const trunk = {plain: "tokens", purified: "purified"} as const;
  const tokens = {plain: "tokens", purified: "purified tokens"} as const;
  return {
    ...summary,
    counts: guardedRows(summary.counts, trunk),
    meanCounts: guardedRows(summary.meanCounts, trunk),
    lengths: guardedRows(summary.lengths, tokens),
    onsets: guardedRows(summary.onsets, {som: "tokens", mad: "tokens", long: "tokens"})
  };
}
