/** Everything that was published, as rows of one table: the paper's own, what it leaves out, what came since, and re-runs by others. */
import {benchmarks, type Benchmark, type Published, type PublishedRow, type Since} from "./read.js";

/** Where a row's numbers were read: in the paper, in a table of the method's authors or of others, or nowhere. */
export type Certainty = "paper" | keyof Since["sure"];

export interface Row extends PublishedRow {
  /** Of the paper's Table 1, not in it, later than the paper, or measured again by somebody else. */
  kind: "paper" | "added" | "since" | "rerun";
  year: number | null;
  sure: Certainty;
  /** The printed mean over the eight benchmarks, or else the mean of the row, where it has all eight. */
  mean: number | null;
}

/** All rows in the order of the paper, each re-run below the row that it repeats. */
export function publishedRows(published: Published, since: Since): Row[] {
  const later = since.since_sfp.rows.filter((row) => !published.table1_added.rows.some((other) => same(row, other)));
  const rows = [
    ...published.table1.rows.map((row) => complete(row, "paper", "paper")),
    ...published.table1_added.rows.map((row) => complete(row, "added", "second-hand")),
    ...later.map((row) => complete(row, "since", row.sure))
  ];
  for (const again of since.reruns.rows) {
    const at = rows.findLastIndex(({method}) => method === again.method);
    const row = complete(again, "rerun", again.sure);
    if (at < 0) rows.push(row);
    else rows.splice(at + 1, 0, row);
  }
  return rows;
}

/** Whether two sources print one result. */
function same(a: PublishedRow, b: PublishedRow): boolean {
  return a.method === b.method && benchmarks.every((key) => a[key] === b[key]);
}

function complete(row: PublishedRow, kind: Row["kind"], sure: Certainty): Row {
  return {...row, kind, sure, year: yearOf(row.venue), mean: row.Avg ?? meanOf(row)};
}

/** Rounded as means are printed; null where a benchmark is missing. */
function meanOf(row: Record<Benchmark, number | null>): number | null {
  const scores = benchmarks.map((key) => row[key]);
  if (scores.includes(null)) return null;
  return Math.round((10 * scores.reduce<number>((sum, score) => sum + score!, 0)) / benchmarks.length) / 10;
}

/** "CVPR 2026" and "arXiv 2411.15869" tell the year; other words do not. */
export function yearOf(venue: string): number | null {
  const [, arxiv] = /arXiv (\d\d)\d\d\./.exec(venue) ?? [];
  if (arxiv) return 2000 + Number(arxiv);
  const [year] = /\b20\d\d\b/.exec(venue) ?? [];
  return year ? Number(year) : null;
}
