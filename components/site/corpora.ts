import {FileAttachment} from "observablehq:stdlib";
import type {CorpusSummary} from "../analysis/corpus.js";
import {fetchData} from "./files.js";
import {siteModels} from "./models.js";
import type {Selection} from "./selection.js";

const known = new Map<string, Promise<CorpusSummary>>();

/** Outliers summed up over one of the site's sets of images. VOC was summed up under vit-ti-16 alone. */
export function loadCorpus({corpus, model: chosen}: Pick<Selection, "corpus" | "model">): Promise<CorpusSummary> {
  // A model that runs in the page alone has summed up nothing; captions say whose numbers are shown.
  const models = siteModels();
  const model = models.includes(chosen) ? chosen : (models[0] ?? chosen);
  const key = corpus === "voc" ? corpus : `${corpus} ${model}`;
  const before = known.get(key);
  if (before) return before;
  const loading = corpus === "voc" ? committed() : photos(model);
  known.set(key, loading);
  loading.catch(() => known.delete(key));
  return loading;
}

function committed(): Promise<CorpusSummary> {
  // The path is written out, because only such files become part of the site.
  return FileAttachment("../../data/snapshots/vit-ti-16/corpus-voc.json").json() as Promise<CorpusSummary>;
}

async function photos(model: string): Promise<CorpusSummary> {
  return JSON.parse(new TextDecoder().decode(await fetchData(`corpus/${model}/photos.json`))) as CorpusSummary;
}
