import type {Detector} from "../../analysis/detectors/detector.js";
import {detectors, type DetectorId} from "../../analysis/detectors/index.js";
import {optionInput} from "../../page/optionInput.js";
import type {Selection, SelectionStore} from "../../site/selection.js";

/** Inputs that follow what was chosen. */
export interface Controls {
  inputs: HTMLElement[];
  show(selection: Selection): void;
}

/** An input for each option that pages leave open, of one detector or several, by their declarations. */
export function detectorControls(store: SelectionStore, ids: readonly DetectorId[]): Controls {
  const all = ids.flatMap((id) => {
    const {open}: Detector = detectors[id];
    return open.map((name) => detectorControl(store, id, name));
  });
  return {inputs: all.map(({input}) => input), show: (selection) => all.forEach(({show}) => show(selection))};
}

/** The factor m and the cap of SOM's test; figures that join heads before they test have no use for `heads`. */
export function testControls(store: SelectionStore): Controls {
  const [factor, cap] = ["factor", "cap"].map((name) => detectorControl(store, "som", name));
  return {
    inputs: [factor.input, cap.input],
    show: (selection) => {
      factor.show(selection);
      cap.show(selection);
    }
  };
}

function detectorControl(store: SelectionStore, id: DetectorId, name: string) {
  const {options}: Detector = detectors[id];
  const valueIn = ({detectors: chosen}: Selection) => (chosen[id] as Readonly<Record<string, string | number>>)[name];
  const input = optionInput({
    spec: options[name],
    name,
    value: valueIn(store.value),
    onChange: (value) => store.set({detectors: {[id]: {[name]: value}}})
  });
  return {input, show: (selection: Selection) => input.update({value: valueIn(selection)})};
}
