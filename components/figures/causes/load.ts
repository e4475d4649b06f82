import type {CausesSummary} from "../../analysis/causes.js";
import {fetchData} from "../../site/files.js";

/** The models that were measured over many photos. */
const measured = ["mini", "vit-ti-16"];

let asked: Promise<CausesSummary[]> | undefined;

/** What was found over many photos, a model each. */
export function loadSummaries(): Promise<CausesSummary[]> {
  return (asked ??= Promise.all(
    measured.map(async (model) => {
      const bytes = await fetchData(`snapshots/${model}/causes-voc.json`);
      return JSON.parse(new TextDecoder().decode(bytes)) as CausesSummary;
    })
  ));
}
