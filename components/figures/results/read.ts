/** Looking things up in what was published and what was measured. */
import {boundedCells} from "../frame/rows.js";
import type {MeasuredFile, MeasuredPair, MeasuredRow, MeasuredScore} from "../../analysis/measured.js";

/** `data/published.json`, as far as the page reads it. */
export interface Published {
  paper: string;
  table1: PublishedTable & {legend: Record<string, string>; bold_note: string};
  table1_added: {about: string; rows: PublishedRow[]};
  table2_ablation: {source: string; rows: Record<"SOM" | "SAE" | "HAI" | "V21" | "ADE" | "Avg", number>[]};
  table3_hai_start_layer: {source: string; rows: Record<"l0" | "V21" | "ADE" | "Avg", number>[]};
  table4_backbones: {
    source: string;
    rows: ({backbone: string; method: string} & Record<"V21" | "ADE" | "Avg", number>)[];
  };
  repository_reported: RepositoryRow[];
}

/** `data/published-since.json`, as far as the page reads it. */
export interface Since {
  /** What each word of a row's `sure` means. */
  sure: Record<"own" | "second-hand" | "unverified", string>;
  since_sfp: {rows: SinceRow[]};
  /** Methods that somebody else measured again. */
  reruns: {by: string; source: string; note: string; rows: SinceRow[]};
}

export type SinceRow = PublishedRow & {sure: keyof Since["sure"]};

export interface PublishedTable {
  source: string;
  rows: PublishedRow[];
}

export const benchmarks = ["V21", "PC60", "Object", "V20", "PC59", "Stuff", "ADE", "City"] as const;
export type Benchmark = (typeof benchmarks)[number];

export type PublishedRow = Record<Benchmark | "Avg", number | null> & {
  method: string;
  venue: string;
  extra_backbone: string | null;
  training_free: boolean;
  dagger?: boolean;
  reevaluated?: boolean;
  note?: string;
  source?: string;
  /** Where it is not the table's. */
  backbone?: string;
};

export type RepositoryRow = Partial<Record<Benchmark | "Avg", number>> & {method: string; source: string};

/** A report by model and protocol, or undefined where it was not made. */
export function reportOf(
  reports: readonly MeasuredFile[],
  model: string,
  protocol = "square"
): MeasuredFile | undefined {
  return reports.find((one) => one.provenance.model === model && one.protocol.name === protocol);
}

/** Models with a report under a protocol. */
export function measuredModels(reports: readonly MeasuredFile[], protocol = "square"): string[] {
  return reports.filter((one) => one.protocol.name === protocol).map(({provenance}) => provenance.model);
}

export function rowOf(file: MeasuredFile | undefined, id: string): MeasuredRow | undefined {
  return file?.rows.find((row) => row.id === id);
}

/** One variant minus another, as it was measured; the pair the other way round has its signs turned. */
export function pairOf(file: MeasuredFile | undefined, id: string, against: string): MeasuredPair | undefined {
  const found = file?.pairs.find((pair) => pair.id === id && pair.against === against);
  if (found) return found;
  const turned = file?.pairs.find((pair) => pair.id === against && pair.against === id);
  const minus = (value: number | null) => (value === null ? null : -value);
  return turned && {id, against, value: minus(turned.value), low: minus(turned.high), high: minus(turned.low)};
}

/** What was measured of a row of a printed table, as columns of its data: one a model, with its interval. */
export function measuredCells(reports: readonly MeasuredFile[], id: string): Record<string, string | number> {
  const cells = measuredModels(reports).map((model) => {
    const {value = null, low = null, high = null} = rowOf(reportOf(reports, model), id)?.miou ?? {};
    return boundedCells(`measured_${model}`, [value, low, high]);
  });
  return Object.assign({}, ...cells) as Record<string, string | number>;
}

/** "24.5 [22.1, 26.9]". */
export function scoreText(score: MeasuredScore | undefined): string {
  if (score?.value == null) return "–";
  return `${fixed(score.value)} [${fixed(score.low)}, ${fixed(score.high)}]`;
}

/** "+4.3 [2.2, 6.5]": a difference in percentage points with its 95 % interval. */
export function differenceText(score: MeasuredScore | undefined): string {
  if (score?.value == null) return "–";
  return `${score.value > 0 ? "+" : ""}${fixed(score.value)} [${fixed(score.low)}, ${fixed(score.high)}]`;
}

/** One decimal, with a true minus. */
export function fixed(value: number | null): string {
  return value === null
    ? "–"
    : value
        .toFixed(1)
        .replace(/^-(?=0\.0$)/, "")
        .replace("-", "−");
}

/** What an interval says of a sign. */
export function verdict(score: MeasuredScore | undefined): "higher" | "lower" | "open" {
  if (score?.low == null || score.high == null) return "open";
  return score.low > 0 ? "higher" : score.high < 0 ? "lower" : "open";
}

/** Who measured what: a figure's source line. */
export function measuredSource({provenance, protocol, images, bootstrap}: MeasuredFile): string {
  return [
    provenance.model,
    `${images.count} PASCAL VOC 2012 val photos`,
    protocol.name === "sliding" ? "224 px windows every 112 px" : "one 224 px window each",
    `mIoU over ${protocol.classes.map(({name}) => name).join(", ")}`,
    `95 % intervals by ${bootstrap.resamples} resamples of the photos`,
    `measured on ${provenance.device}`,
    `weights ${provenance.weights.slice(0, 8)}`,
    ...(provenance.proxy ? [`second model, where one is needed: ${provenance.proxy.model}`] : [])
  ].join(" · ");
}

/** What the page's text quotes of one report, so that words and figures cannot part. */
export function evidence(reports: readonly MeasuredFile[], model: string, protocol = "square") {
  const file = reportOf(reports, model, protocol);
  return {
    photos: file?.images.count ?? 0,
    /** "+4.3 [2.2, 6.5]": one variant minus another on the same photos. */
    difference: (id: string, against: string): string => differenceText(pairOf(file, id, against))
  };
}
