import {patchName} from "../../charts/reading.js";
import type {LayerHeads} from "./summaries.js";

/**
 * The strongest sink among the patches of all heads, once every layer that there is was measured. The class token is none
 * of them: that early heads attend to it is no finding.
 *
 * @param columns of the patch grid
 */
export function headsTitle(summaries: readonly LayerHeads[], columns: number): string {
  const cells = summaries.flatMap((heads, layer) => (heads ?? []).map((summary, head) => ({summary, layer, head})));
  if (cells.length === 0 || summaries.includes(undefined)) return "What each head of each layer attends to";
  const {summary, layer, head} = cells.reduce((a, b) => (b.summary.concentration > a.summary.concentration ? b : a));
  return `The strongest sink is patch ${patchName(summary.sink, columns)} in layer ${layer + 1}, head ${head + 1}: it receives about ${formatTwo(summary.concentration)} times what the median patch does`;
}

/** Two digits: the maps are stored too coarsely for a third. */
export function formatTwo(value: number): string {
  return String(Number(value.toPrecision(2)));
}
