import type {MeasuredFile} from "../../analysis/measured.js";
import {segmented} from "../../controls/inputs.js";
import {measuredModels, report} from "./read.js";

/** Which model's report the measured figures of a page show: one choice for all of them. */
export class ModelChoice {
  readonly models: string[];
  private model: string;
  private readonly listeners: (() => void)[] = [];

  constructor(
    readonly reports: readonly MeasuredFile[],
    model = "vit-ti-16"
  ) {
    this.models = measuredModels(reports);
    this.model = this.models.includes(model) ? model : this.models[0];
  }

  /** The chosen model's report, or undefined where there is none. */
  get file(): MeasuredFile | undefined {
    return report(this.reports, this.model);
  }

  /** Calls back now, and whenever another model is chosen. */
  follow(listener: (file: MeasuredFile) => void): void {
    const tell = () => this.file && listener(this.file);
    this.listeners.push(tell);
    tell();
  }

  /** A control for one figure; all of them move together. */
  control(): HTMLElement {
    const element = segmented({
      label: "Model",
      options: this.models.map((value) => ({value, label: value})),
      value: this.model,
      onChange: (value) => {
        this.model = value;
        for (const tell of this.listeners) tell();
      }
    });
    this.listeners.push(() => element.update({value: this.model}));
    return element;
  }
}
