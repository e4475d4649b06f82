import {FileAttachment} from "observablehq:stdlib";
import type {CorpusSummary} from "../analysis/corpus.js";
import type {Selection} from "./selection.js";

type CorpusId = Selection["corpus"];

const known = new Map<CorpusId, Promise<CorpusSummary>>();

/** Outliers summed up over one of the site's sets of images. */
export function loadCorpus(id: CorpusId): Promise<CorpusSummary> {
  const before = known.get(id);
  if (before) return before;
  // The paths are written out, because only such files become part of the site.
  const file =
    id === "voc"
      ? FileAttachment("../../data/snapshots/vit-ti-16/corpus-voc.json")
      : FileAttachment("../../data/corpus/vit-ti-16/photos.json");
  const loading = file.json() as Promise<CorpusSummary>;
  known.set(id, loading);
  loading.catch(() => known.delete(id));
  return loading;
}
