/** What many figures share: how patches are pointed at and pinned, and the inputs that several have. */
import type {Selection, SelectionStore} from "../../site/selection.js";
import {segmented, slider, type SliderOptions} from "../../ui/inputs.js";
import type {Drawing} from "../../ui/drawing.js";

/** What the pointer and a click do on a map of patches. */
export interface Hands {
  onHover: (patch: number | null) => void;
  onPick: (patch: number, other: boolean) => void;
}

/** Hovering points at a patch in all figures; a click pins the target, with Shift the background token. */
export function patchHands(store: SelectionStore): Hands {
  return {
    onHover: (hover) => store.point({hover}),
    onPick: (patch, other) => store.set(other ? {background: patch} : {target: patch})
  };
}

type Range = Selection["maps"]["range"];

/** One range of values for all maps of a figure, or each its own; `hint` says more of the second. */
export function rangeInput(store: SelectionStore, hint?: string): Drawing<{value: Range}> {
  return segmented<Range>({
    label: "Range",
    options: [
      {value: "shared", label: "one for all"},
      {value: "own", label: "each its own", hint}
    ],
    value: store.value.maps.range,
    onChange: (range) => store.set({maps: {range}})
  });
}

/** How much of the photo a mask hides. */
export function opacityInput(store: SelectionStore): Drawing<SliderOptions> {
  return slider({
    label: "Opacity",
    least: 0,
    most: 1,
    step: 0.05,
    value: store.value.masks.opacity,
    onChange: (opacity) => store.set({masks: {opacity}})
  });
}
