/** What the variants of a report see of a photo's windows: those that can share a pass do. */
import {scoringOf} from "../../components/model/evaluation/settings.js";
import {ownScores, scoreOptions} from "../../components/model/segmentation/own-scores.js";
import type {WindowFeatures} from "../../components/model/segmentation/scores.js";
import type {FeatureProvider} from "../../components/model/segmentation/segment.js";
import {openDevice} from "../engine/device.js";
import {Engine, openModel, type LoadedModel} from "../engine/index.js";
import {methodRequest, type Variant} from "./variants.js";

/** The networks of a report. */
export interface Networks {
  model: LoadedModel;
  engine: Engine;
  /** The same model with a second one, where a variant looks through it. */
  proxied?: Engine;
  /** The second model. */
  proxy?: LoadedModel;
  close(): Promise<void>;
}

/** The second model of each: of the two that are measured, the other. */
const second: Readonly<Record<string, string>> = {mini: "vit-ti-16", "vit-ti-16": "mini"};

/** Opens a model, and a second one where variants need it. @throws Error naming what is missing */
export async function openNetworks(id: string, variants: readonly Variant[], threads?: number): Promise<Networks> {
  const model = await openModel(id);
  const device = openDevice("cpu", threads);
  // Every graph is asked for every photo.
  const open = (other?: Engine) => new Engine(model, device, 1 + variants.length, other);
  const engine = open();
  const through = variants.find(({proxied}) => proxied);
  if (through && !Object.hasOwn(second, id))
    throw new RangeError(`${through.id} looks through a second model, and the report has none for ${id}.`);
  const proxy = through && (await openModel(second[id]));
  const proxied = proxy && open(new Engine(proxy, device));
  return {
    model,
    engine,
    proxied,
    proxy,
    async close() {
      await engine.close();
      await proxied?.close();
    }
  };
}

type Together = (...seen: Parameters<FeatureProvider>) => Promise<WindowFeatures[]>;

/** Features, or scores, of all variants in their order. */
export function providers(
  {engine, proxied}: Networks,
  variants: readonly Variant[],
  words: {text: Float32Array; classes: ReadonlyArray<{words: readonly string[]}>}
): Together {
  const engineOf = ({proxied: through}: Variant): Engine => (through ? proxied! : engine);
  const scored = (variant: Variant) => Object.hasOwn(scoreOptions, variant.method);
  const groups = [engine, proxied].flatMap((on) => {
    const all = variants.filter((one) => on && engineOf(one) === on && !scored(one));
    return on ? graphsOf(all).map((members) => ({on, members, requests: members.map(methodRequest)})) : [];
  });
  const alone = new Map(
    variants.filter(scored).map((variant) => {
      const {method} = variant;
      const {options} = methodRequest(variant);
      return [
        variant,
        ownScores(engineOf(variant), method, {options: options!, scoring: scoringOf(method, "voc20"), ...words})!
      ];
    })
  );
  return async (windows, whole, image) => {
    const found = new Map<Variant, WindowFeatures>();
    for (const {on, members, requests} of groups) {
      const features = await on.features(requests, windows);
      for (const [i, member] of members.entries()) found.set(member, features[i]);
    }
    for (const [variant, see] of alone) found.set(variant, await see(windows, whole, image));
    return variants.map((variant) => found.get(variant)!);
  };
}

/** The most variants of one graph, about: making a session of a much larger one takes longer than running many. */
const together = 8;

/** Variants in graphs: those with the same trunk share one, because then it runs once. */
function graphsOf(variants: readonly Variant[]): Variant[][] {
  const trunkOf = ({method, options}: Variant): string =>
    [method === "sfp" ? "sfp" : "", ...options.filter((word) => !/^(sae|hai|lambda|l0|rounds|order)=/.test(word))].join(
      " "
    );
  const trunks = new Map<string, Variant[]>();
  for (const variant of variants) trunks.set(trunkOf(variant), [...(trunks.get(trunkOf(variant)) ?? []), variant]);
  const graphs: Variant[][] = [];
  for (const members of trunks.values()) {
    const last = graphs.at(-1);
    if (last && last.length + members.length <= together) last.push(...members);
    else graphs.push([...members]);
  }
  return graphs;
}
