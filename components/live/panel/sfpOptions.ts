/** SFP's switches and constants on the Live page. */
import type {Feed} from "../../site/feed.js";
import {selection} from "../../site/selection.js";
import {h} from "../../ui/dom.js";
import {formatOption, type OptionSpecs, type OptionValues} from "../../analysis/options.js";
import {sfp} from "../../model/methods/sfp.js";
import {isCut} from "../cut.js";
import {formatOptions} from "./choices.js";
import {liveSource} from "../client.js";
import {optionInputs} from "./optionInputs.js";
import type {LiveSession} from "./session.js";

const specs: OptionSpecs = sfp.options;

export interface SfpOptions {
  element: HTMLElement;
  /** Shows the session's options as they are now. */
  show(): void;
}

/** Inputs for SFP's options. A changed one reruns what depends on it: the trunk, or only what comes after it. */
export function sfpOptions(
  session: LiveSession,
  feed: Feed,
  askMasks: () => unknown,
  current: () => Parameters<Feed["show"]> | undefined
): SfpOptions {
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** What changed since the last run was asked for. */
  const changed = new Set<string>();
  const change = (values: OptionValues) => {
    for (const name of Object.keys({...values, ...session.options}))
      if (values[name] !== session.options[name]) changed.add(name);
    session.options = values;
    selection.set({method: {name: "sfp", options: formatOptions(values)}});
    clearTimeout(timer);
    timer = setTimeout(() => {
      const live = session.model;
      const shown = current();
      const rerun = [...changed].some((name) => specs[name].trunk);
      changed.clear();
      if (!shown) return;
      // A run that was kept has no model until something is asked of it.
      if (rerun || !live) return void session.run();
      const [{record}, picture] = shown;
      feed.show(liveSource(live, withOptions(record, values), values), picture);
      void askMasks();
    }, 300);
  };
  const element = h("details", {class: "live-options"}, h("summary", {}, "SFP’s switches and constants"));
  let layers = 0;
  const show = () => {
    const inputs = optionInputs({method: sfp, values: session.options, layers, onChange: change});
    element.replaceChildren(element.firstElementChild!, inputs);
  };
  session.subscribe(() => {
    const now = session.model?.info?.geometry.layers ?? 12;
    if (now === layers) return;
    layers = now;
    show();
  });
  return {element, show};
}

function withOptions<R extends {provenance: {options: string[]}}>(record: R, values: OptionValues): R {
  const cut = record.provenance.options.filter(isCut);
  const options = [...Object.entries(values).map(([name, value]) => `${name}=${formatOption(value)}`), ...cut];
  return {...record, provenance: {...record.provenance, options}};
}
