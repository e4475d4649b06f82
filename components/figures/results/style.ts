/** How the steps of the method look: grey without SOM and cyan with it, as everywhere; a square once HAI mixes. */
import {trunkStrokes} from "../../charts/marks.js";

export interface RepairStep {
  label: string;
  som: boolean;
  hai: boolean;
}

export const steps: readonly RepairStep[] = [
  {label: "alone", som: false, hai: false},
  {label: "+ SOM", som: true, hai: false},
  {label: "+ SOM + HAI", som: true, hai: true}
];

export const colourOf = (som: boolean): string => (som ? trunkStrokes.purified : trunkStrokes.plain).colour;
export const symbolOf = (hai: boolean): "square" | "circle" => (hai ? "square" : "circle");

/** Names of Eq. 7's readings as figures write them. */
export const readingNames: Readonly<Record<string, string>> = {
  none: "ClearCLIP’s layer",
  block: "SAE: block",
  literal: "SAE: literal",
  clear: "SAE: clear"
};
