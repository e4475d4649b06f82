/** Live results as files: masks with their legend, and every array that the figures draw. */
import {reasonOf} from "../../ui/reason.js";
import {fileVersions} from "../../records/versions.js";
import type {RecordSource} from "../../records/record.js";
import {category} from "../../charts/colour.js";
import {h} from "../../ui/dom.js";
import {save} from "../../figures/export/save.js";
import {methods} from "../../model/methods/index.js";
import {countLabels, type LabelClass} from "../../model/segmentation/labels.js";
import type {LiveMask} from "../protocol.js";
import {filesOfRun} from "./arrays.js";
import {zipFiles, type NamedBytes} from "./zip.js";

/** What there is to take along. */
export interface Results {
  source: RecordSource;
  masks: readonly LiveMask[];
  /** In the order of the masks' labels. */
  classes: readonly LabelClass[];
  /** Model, size and device. */
  note: string;
}

/** Two actions for a figure; `offer` shows them once there is something to save. */
export function takeAlong(results: () => Results | undefined): {actions: HTMLElement[]; offer(there: boolean): void} {
  const action = (label: string, hint: string, name: string, pack: (found: Results) => AsyncIterable<NamedBytes>) => {
    const button = h("button", {type: "button", title: hint, onclick: () => void act()}, label);
    const act = async () => {
      const found = results();
      if (!found) return;
      button.disabled = true;
      try {
        save(new Blob([await zipFiles(pack(found))], {type: "application/zip"}), archiveName(found, name));
        button.textContent = label;
      } catch (error) {
        button.textContent = `${label}: not saved`;
        button.title = reasonOf(error);
      } finally {
        button.disabled = false;
      }
    };
    return button;
  };
  const actions = [
    action("Masks", "Save each mask as an indexed PNG, with the legend as JSON", "masks", maskFiles),
    action(
      "Arrays",
      "Save the record, attention and features, in full precision, with a readme",
      "arrays",
      ({source, masks, note}) => filesOfRun({source, note, methods: masks.map(({method}) => method)})
    )
  ];
  return {
    actions,
    offer: (there) => {
      for (const each of actions) each.hidden = !there;
    }
  };
}

/** "sfp-explorer-mini-coffee-arrays.zip". */
function archiveName({source: {record}}: Results, what: string): string {
  return `sfp-explorer-${record.provenance.model}-${record.image}-${what}.zip`;
}

/** A PNG a mask, whose indices are the classes, and `legend.json`. */
export async function* maskFiles({source: {record}, masks, classes, note}: Results): AsyncGenerator<NamedBytes> {
  // Whoever only looks need not load a codec.
  const {encode} = await import("fast-png");
  const colours = classes.map((_, i) => category(i));
  const palette = colours.map((colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));
  for (const {method, width, height, labels} of masks)
    yield {
      name: `mask-${method}.png`,
      bytes: encode({width, height, data: labels, channels: 1, depth: 8, palette})
    };
  const legend = {
    version: fileVersions.masks,
    image: record.image,
    note,
    provenance: record.provenance,
    classes: classes.map(({name, words}, index) => ({index, name, words, colour: colours[index]})),
    masks: masks.map(({method, width, height, windows, labels}) => ({
      file: `mask-${method}.png`,
      method,
      title: methods[method]?.title ?? method,
      width,
      height,
      windows,
      shares: Array.from(countLabels(labels, classes.length), (count) => count / labels.length)
    }))
  };
  yield {name: "legend.json", bytes: new TextEncoder().encode(`${JSON.stringify(legend, undefined, 2)}\n`)};
}
