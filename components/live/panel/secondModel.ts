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

/** What can be a second model, and which one is. */
class SecondSources {
  /** The reader's own. */
  own?: ModelSource;
  private readonly known = new Map<string, ModelSource>();

  constructor(
    private readonly session: LiveSession,
    private readonly store: SelectionStore
  ) {}

  /** The one that the address names, if it is here. */
  chosen(): ModelSource | undefined {
    const {second} = this.store.value.live;
    if (this.own && idOfSource(this.own) === second) return this.own;
    const entry = this.session.state.models.find(({id}) => id === second);
    return entry && this.of(entry);
  }

  /** Another model of the site that is not on another host, else the first one once more. */
  usual(): ModelSource | undefined {
    const {models, source} = this.session.state;
    const other = models.find((entry) => entry.id !== this.session.modelId && !hostOf(entry));
    return other ? this.of(other) : source;
  }

  options(): {value: string; label: string}[] {
    const usual = this.usual();
    const at = (entry: ModelEntry) => (hostOf(entry) ? `${entry.id}, from ${hostOf(entry)}` : entry.id);
    return [
      {value: "auto", label: usual ? `${idOfSource(usual)}, where one is needed` : "none"},
      ...this.session.state.models.map((entry) => ({value: entry.id, label: at(entry)})),
      ...(this.own ? [{value: idOfSource(this.own), label: `${idOfSource(this.own)}, your file`}] : [])
    ];
  }

  /** The same object for the same model: the worker opens it once. The menu names the host, so choosing it agrees. */
  private of(entry: ModelEntry): ModelSource {
    const known = this.known.get(entry.hash) ?? {entry, mayAsk: true};
    this.known.set(entry.hash, known);
    return known;
  }
}

/** A menu of models, shown only where a chosen method can look through one. */
export function secondModel(
  session: LiveSession,
  store: SelectionStore,
  change: (to: SelectionChange) => void
): SecondModel {
  const sources = new SecondSources(session, store);
  const list = menu<string>({
    label: "Second model",
    options: sources.options(),
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
        sources.own = modelOfFiles([...(input.files ?? [])]);
        change({live: {second: idOfSource(sources.own)}});
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
    h("label", {class: "live-button"}, input, "Open a second model…")
  );
  const show = () => {
    element.hidden = !readMethods(store.value.live.methods).some((name) => methods[name].proxy);
    const found = sources.chosen();
    list.update({options: sources.options(), value: found ? idOfSource(found) : "auto"});
  };
  session.subscribe(show);
  store.subscribe(show);
  return {
    element,
    of(names) {
      const explicit = sources.chosen();
      const through = names.filter((name) => looksThrough(name) || (explicit && methods[name].proxy === "optional"));
      return {source: through.length ? (explicit ?? sources.usual()) : undefined, through: new Set(through)};
    }
  };
}
