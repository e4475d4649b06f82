import type {MeasuredFile} from "../../analysis/measured.js";
import {menu} from "../../ui/inputs.js";

/** What a figure needs of a report, such as rows that only some reports have. */
export type Needs = (file: MeasuredFile) => boolean;

/** Which report the measured figures of a page show: one choice of model and windows for all of them. */
export class ReportChoice {
  private chosen: MeasuredFile;
  private readonly listeners: (() => void)[] = [];

  readonly reports: readonly MeasuredFile[];

  /**
   * @param first the model that comes first, and is shown at first
   * @throws RangeError without any report
   */
  constructor(reports: readonly MeasuredFile[], first = "vit-ti-16") {
    if (!reports.length)
      throw new RangeError("There are no measurements yet: npm run sfp -- report makes data/measured/summary.json.");
    const own = ({provenance}: MeasuredFile): boolean => provenance.model === first;
    this.reports = [...reports.filter(own), ...reports.filter((file) => !own(file))];
    this.chosen = this.reports.find(({protocol}) => protocol.name === "square") ?? this.reports[0];
  }

  /** Calls back now, and whenever another report is chosen; where that lacks something, with its model's first that has it. */
  follow(listener: (file: MeasuredFile) => void, needs: Needs = () => true): void {
    const tell = () => {
      const same = this.reports.filter(({provenance}) => provenance.model === this.chosen.provenance.model);
      const found = [this.chosen, ...same, ...this.reports].find(needs);
      if (found) listener(found);
    };
    this.listeners.push(tell);
    tell();
  }

  /** A control for one figure; all of them move together. */
  control(): HTMLElement {
    const at = () => this.reports.indexOf(this.chosen);
    const element = menu({
      label: "Measured with",
      options: this.reports.map((file, value) => ({value, label: reportName(file)})),
      value: at(),
      onChange: (value) => {
        this.chosen = this.reports[value];
        for (const tell of this.listeners) tell();
      }
    });
    this.listeners.push(() => element.update({value: at()}));
    return element;
  }
}

/** "vit-ti-16", or "vit-ti-16, sliding". */
export function reportName({provenance, protocol}: MeasuredFile): string {
  return protocol.name === "square" ? provenance.model : `${provenance.model}, ${protocol.name}`;
}
