/** What the figures of the Results page draw. */
import {FileAttachment} from "observablehq:stdlib";
import {measuredFormat, type MeasuredFile} from "../../analysis/measured.js";
import type {Place} from "../../site/feed.js";
import type {Published, Since} from "./read.js";
import {ReportChoice} from "./reportChoice.js";

/** What was published and what was measured, and which report the figures of a page show. */
export interface ReportPlace extends Place {
  published: Published;
  /** Results since the paper, and re-runs by others. */
  since: Since;
  reports: readonly MeasuredFile[];
  /** The study of which tokens must be repaired, a report a model. */
  study: readonly MeasuredFile[];
  choice: ReportChoice;
}

/** Loads the tables of the papers and the site's own reports. */
export async function openReport({store, side}: Place): Promise<ReportPlace> {
  const [published, since, reports, study] = (await Promise.all([
    FileAttachment("../../../data/published.json").json(),
    FileAttachment("../../../data/published-since.json").json(),
    FileAttachment("../../../data/measured/summary.json").json(),
    FileAttachment("../../../data/measured/repair.json").json()
  ])) as [Published, Since, MeasuredFile[], MeasuredFile[]];
  for (const {format} of [...reports, ...study])
    if (format !== measuredFormat)
      throw new Error(
        `What was measured is of the format “${format}”; “${measuredFormat}” is known here. Run sfp report again.`
      );
  return {store, side, published, since, reports, study, choice: new ReportChoice(reports)};
}
