import type {Heads} from "../../analysis/detectors/som.js";
import type {Selection, SelectionStore} from "../../site/selection.js";
import {segmented, slider} from "../../ui/inputs.js";

/** Inputs that follow what was chosen. */
export interface Controls<Chosen> {
  inputs: HTMLElement[];
  show(chosen: Chosen): void;
}

/** The factor m and the cap of SOM's test. */
export function testControls(store: SelectionStore): Controls<Pick<Selection, "factor" | "cap">> {
  const factor = slider({
    label: "Factor m",
    least: 0.1,
    most: 3,
    step: 0.05,
    value: store.value.factor,
    hint: "A patch is an outlier when its self-attention is below m times the class token’s. The paper: 1; its code: 1.5",
    onChange: (value) => store.set({factor: value})
  });
  const cap = slider({
    label: "At most",
    least: 0,
    most: 60,
    value: store.value.cap,
    hint: "Keep only so many, those with the most attention from the class token; 0 keeps all. The paper: all; its code: 10",
    onChange: (value) => store.set({cap: value})
  });
  return {
    inputs: [factor, cap],
    show: (selection) => {
      factor.update({value: selection.factor});
      cap.update({value: selection.cap, suffix: selection.cap === 0 ? "no cap" : ""});
    }
  };
}

/** The three options of SOM's test. */
export function somControls(store: SelectionStore): Controls<Selection> {
  const test = testControls(store);
  const heads = segmented<Heads>({
    label: "Heads",
    options: [
      {value: "mean", label: "mean", hint: "Eq. 4 on the head mean, as in the paper’s single map"},
      {value: "vote", label: "vote", hint: "The test holds in more than half of the heads"},
      {value: "any", label: "any", hint: "The test holds in at least one head"}
    ],
    value: store.value.heads,
    onChange: (value) => store.set({heads: value})
  });
  return {
    inputs: [...test.inputs, heads],
    show: (selection) => {
      test.show(selection);
      heads.update({value: selection.heads});
    }
  };
}

/** How captions name the way in which heads decide. */
export function decisionName(heads: Heads): string {
  switch (heads) {
    case "mean":
      return "mean over heads";
    case "vote":
      return "most heads decide, each patch at the head that decides";
    case "any":
      return "any head decides, each patch at its greatest margin";
  }
  throw new Error(`invalid heads: ${heads satisfies never}`);
}
