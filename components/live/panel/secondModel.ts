/** The second model of the Live page's masks: which one methods look through, and where a reader chooses it. */
import {looksThrough} from "../../model/build.js";
import {methods} from "../../model/methods/index.js";
import type {SelectionChange, SelectionStore} from "../../site/selection.js";
import {h} from "../../ui/dom.js";
import {menu} from "../../ui/inputs.js";
import {hostOf, idOfSource, type ModelEntry, type ModelSource} from "../catalog.js";
import {failureOf} from "../failure.js";
import {readMethods} from "./choices.js";
import {modelOfFiles} from "./modelFiles.js";
import type {LiveSession} from "./session.js";

export interface SecondModel {
  element: HTMLElement;
  /** The second model of some methods, and those that look through it; nothing where none does. */
  of(names: readonly string[]): {source?: ModelSource; through: ReadonlySet<string>};
}

/** A menu of models, shown only where a chosen method can look through one. */
export function secondModel(
  session: LiveSession,
  store: SelectionStore,
  change: (to: SelectionChange) => void
): SecondModel {
  const sources = new Map<string, ModelSource>();
  let own: ModelSource | undefined;
  /** The same object for the same model: the worker opens it once. */
  const sourceOf = (entry: ModelEntry): ModelSource => {
    const known = sources.get(entry.hash) ?? {entry, mayAsk: true};
    sources.set(entry.hash, known);
    return known;
  };
  /** Another model of the site that is not on another host, else the first one once more. */
  const usual = (): ModelSource | undefined => {
    const other = session.state.models.find((entry) => entry.id !== session.modelId && !hostOf(entry));
    return other ? sourceOf(other) : session.state.source;
  };
  const chosen = (): ModelSource | undefined => {
    const {second} = store.value.live;
    if (own && idOfSource(own) === second) return own;
    const entry = session.state.models.find(({id}) => id === second);
    return entry && sourceOf(entry);
  };

  const auto = () => {
    const source = usual();
    return {value: "auto", label: source ? `${idOfSource(source)}, where one is needed` : "none"};
  };
  const options = () => [
    auto(),
    ...session.state.models.map((entry) => ({
      value: entry.id,
      label: hostOf(entry) ? `${entry.id}, from ${hostOf(entry)}` : entry.id
    })),
    ...(own ? [{value: idOfSource(own), label: `${idOfSource(own)}, your file`}] : [])
  ];
  const list = menu<string>({
    label: "Second model",
    options: options(),
    value: "auto",
    onChange: (second) => change({live: {second}})
  });
  const input = h("input", {
    type: "file",
    multiple: true,
    accept: ".safetensors,.pt,.pth,.bin,.json",
    class: "visually-hidden",
    onchange: () => {
      try {
        own = modelOfFiles([...(input.files ?? [])]);
        change({live: {second: idOfSource(own)}});
      } catch (error) {
        session.refuse(failureOf(error).message);
      }
      input.value = "";
    }
  });
  const hint = "ProxyCLIP and LaVG look through it; GLA-CLIP too where one is chosen here";
  const element = h(
    "span",
    {class: "live-second", title: hint},
    list,
    h("label", {class: "live-button"}, input, "Open another…")
  );
  /** As the address has it. */
  const show = () => {
    element.hidden = !readMethods(store.value.live.methods).some((name) => methods[name].proxy);
    const found = chosen();
    list.update({options: options(), value: found ? idOfSource(found) : "auto"});
  };
  session.subscribe(show);
  store.subscribe(show);
  return {
    element,
    of(names) {
      const explicit = chosen();
      const through = names.filter((name) => looksThrough(name) || (explicit && methods[name].proxy === "optional"));
      return {source: through.length ? (explicit ?? usual()) : undefined, through: new Set(through)};
    }
  };
}
