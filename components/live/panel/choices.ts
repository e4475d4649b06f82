/** What the Live page runs, between the address, which is typed by anyone, and what the session understands. */
import {readSettings} from "../../page/methodOptions.js";
import type {Selection} from "../../site/selection.js";
import type {Fit} from "../../model/image/fit.js";
import {methods} from "../../model/methods/index.js";
import {sfp} from "../../model/methods/sfp.js";
import {changedOptions, keyValues, type OptionValues} from "../../analysis/options.js";
import type {SegmentSettings} from "../../model/segmentation/segment.js";

type FitName = Selection["live"]["fit"];

/** What the trunk looks at: the middle square as the models were trained, or all of the picture. */
export const fitChoices: readonly {value: FitName; label: string}[] = [
  {value: "square-224", label: "middle square, 224 px"},
  {value: "square-448", label: "middle square, 448 px"},
  {value: "whole-224", label: "all of it, short side 224 px"},
  {value: "whole-336", label: "all of it, short side 336 px"},
  {value: "whole-448", label: "all of it, short side 448 px"}
];

/** A fit from its name. */
export function readFit(name: string): Fit {
  const [shape, size] = name.split("-");
  return {shape: shape === "whole" ? "whole" : "square", size: Number(size)};
}

/** The name of a fit. */
export function fitName({shape, size}: Fit): FitName {
  return `${shape}-${size}` as FitName;
}

/** The methods that the address names; those that there are, or the default ones where there is none of them. */
export function readMethods(text: string): string[] {
  const known = text.split(",").filter((name) => Object.hasOwn(methods, name));
  return known.length ? known : ["sfp", "clearclip"];
}

/** How masks are made. */
export function readSegmentSettings({live: {windows, short, probability}}: Selection): Partial<SegmentSettings> & {
  short: number;
} {
  return {crop: windows === "whole" ? 0 : 224, short, probability};
}

/** What a session starts with: SFP's options that differ from their defaults, and what the trunk looks at. */
export function readChoices({live: {fit, square}, method}: Selection): {fit: Fit; at: number; options: OptionValues} {
  // The options of another method are of no use here.
  const values = readSettings(sfp, method.name === sfp.name ? method.options : "");
  return {fit: readFit(fit), at: square, options: keyValues(changedOptions(sfp.options, values))};
}

/** SFP's options as the address has them. */
export function formatOptions(values: OptionValues): string {
  return changedOptions(sfp.options, values).join(",");
}
