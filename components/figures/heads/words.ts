import type {HeadSummary} from "../../analysis/summary.js";
import {patchName} from "../../charts/reading.js";

/**
 * The strongest sink among the patches of all heads, once every layer is measured. The class token is none of them:
 * that early heads attend to it is no finding.
 *
 * @param columns of the patch grid
 */
export function headsTitle(
  summaries: readonly (readonly HeadSummary[] | undefined)[],
  layers: number,
  columns: number
): string {
  const cells = summaries.flatMap((heads, layer) => (heads ?? []).map((summary, head) => ({summary, layer, head})));
  if (new Set(cells.map(({layer}) => layer)).size < layers) return "What each head of each layer attends to";
  const {summary, layer, head} = cells.reduce((a, b) => (b.summary.concentration > a.summary.concentration ? b : a));
  return `The strongest sink is patch ${patchName(summary.sink, columns)} in layer ${layer + 1}, head ${head + 1}: it receives about ${formatTwo(summary.concentration)} times what the median patch does`;
}

/** Two digits: the maps are stored too coarsely for a third. */
export function formatTwo(value: number): string {
  return String(Number(value.toPrecision(2)));
}
