/** What the variants of a report see of a photo's windows: those that can share a pass do. */
import {scoringOf} from "../../components/model/evaluation/settings.js";
import type {OwnScores} from "../../components/model/segmentation/own-scores.js";
import {featuresTogether, type Together} from "../../components/model/segmentation/together.js";
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

/** Features, or scores, of all variants in their order. */
export function providers(
  {engine, proxied}: Networks,
  variants: readonly Variant[],
  words: Pick<OwnScores, "text" | "classes">
): Together {
  const runs = variants.map((variant) => ({
    variant,
    engine: variant.proxied ? proxied! : engine,
    ...methodRequest(variant),
    scoring: scoringOf(variant.method, "voc20")
  }));
  return featuresTogether(runs, words, graphsOf);
}

/** The most variants of one graph, about: making a session of a much larger one takes longer than running many. */
const together = 8;

/** Variants in graphs: those with the same trunk share one, because then it runs once. */
function graphsOf<R extends {variant: Variant}>(runs: readonly R[]): R[][] {
  const trunkOf = ({method, options}: Variant): string =>
    [method === "sfp" ? "sfp" : "", ...options.filter((word) => !/^(sae|hai|lambda|l0|rounds|order)=/.test(word))].join(
      " "
    );
  const trunks = new Map<string, R[]>();
  for (const run of runs) {
    const trunk = trunkOf(run.variant);
    trunks.set(trunk, [...(trunks.get(trunk) ?? []), run]);
  }
  const graphs: R[][] = [];
  for (const members of trunks.values()) {
    const last = graphs.at(-1);
    if (last && last.length + members.length <= together) last.push(...members);
    else graphs.push([...members]);
  }
  return graphs;
}
