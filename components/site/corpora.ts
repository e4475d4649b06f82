import {FileAttachment} from "observablehq:stdlib";
import type {CorpusSummary} from "../analysis/corpus.js";
import {Cache} from "./cache.js";
import {guardedRows} from "../records/absent.js";
import {fetchData} from "./files.js";
import {siteModels} from "./models.js";
import type {Selection} from "./selection.js";

const voc = "voc";

const corpora = new Cache((key) => (key === voc ? committed() : photos(key)));

/** Outliers summed up over one of the site's sets of images. VOC was summed up under vit-ti-16 alone. */
export async function loadCorpus({
  corpus: {images},
  model
}: Pick<Selection, "corpus" | "model">): Promise<CorpusSummary> {
  // A model that runs in the page alone has summed up nothing; captions say whose numbers are shown.
  const models = siteModels();
  return corpora.get(images === "voc" ? voc : models.includes(model) ? model : (models[0] ?? model));
}

function committed(): Promise<CorpusSummary> {
  // The path is written out, because only such files become part of the site.
  return FileAttachment("../../data/snapshots/vit-ti-16/corpus-voc.json").json() as Promise<CorpusSummary>;
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
