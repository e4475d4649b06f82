import type {Value} from "../graph.js";
import type {Network, TrunkGraph} from "../network.js";
import {clearclipLayer} from "./clearclip.js";
import {defineMethod} from "./method.js";
import {detectionOptions} from "./detection.js";
import {choice, count, countOr, layer, number, type ValuesOf} from "../../analysis/options.js";

/** Each is a place where the paper can be read in more than one way (docs/methods.md, 3). */
const options = {
  sae: choice({
    values: ["block", "literal", "clear", "none"],
    about: "Eq. 7: a block, the printed formula, no residual or MLP, or none (ClearCLIP's layer)"
  }),
  som: choice({values: ["on", "off"], about: "repair outliers between layers (Eq. 4-5)"}),
  hai: choice({values: ["on", "off"], about: "mix the features by the integrated attention (Eq. 8-11)"}),
  lambda: number({
    least: 0,
    slider: 2,
    default: 0.5,
    about: "logit scale of Eq. 6",
    label: "λ of Eq. 6",
    sweep: ["0.25", "1"]
  }),
  l0: layer({default: 1, about: "first layer in Eq. 9's sum (Table 3)"}),
  rounds: count({
    least: 0,
    most: 50,
    slider: 10,
    default: 1,
    about: "normalisation rounds of Eq. 10",
    label: "rounds of Eq. 10",
    sweep: ["0", "2", "3", "10"]
  }),
  order: choice({
    values: ["rc", "cr"],
    about: "a round is rows then columns, or columns then rows",
    label: "columns first",
    sweep: ["cr"]
  }),
  class_token: choice({
    values: ["keep", "drop"],
    about: "the class token in SAE's attention",
    label: "class token in SAE",
    sweep: ["drop"]
  }),
  ...detectionOptions,
  isolated: choice({
    values: ["keep", "widen"],
    trunk: true,
    about: "an outlier among outliers: kept, or repaired from a wider ring",
    label: "outliers among outliers",
    sweep: ["widen"]
  }),
  from: layer({
    default: 1,
    trunk: true,
    about: "first layer whose output is repaired",
    label: "repair from layer",
    sweep: ["5", "8", "10"]
  }),
  to: countOr("last", {
    least: 1,
    slider: 24,
    default: "last",
    trunk: true,
    about: "last layer whose output is repaired",
    label: "repair up to layer"
  }),
  choose: choice({
    values: ["test", "norm", "class", "margin"],
    trunk: true,
    about: "outliers by Eq. 4, or the cap patches with the largest norm, class attention or margin",
    label: "outliers by"
  }),
  preset: choice({
    values: ["paper", "measured"],
    trunk: true,
    about: "the paper's method, or what scored best in this project's own study of repairs: choose=class, cap=5",
    sets: {measured: {choose: "class", cap: 5}}
  }),
  hai_mask: choice({
    values: ["found", "repaired"],
    about: "Eq. 8 masks what the test finds, or only what was repaired (none with som=off)"
  })
};

type Options = ValuesOf<typeof options>;

/**
 * SFP, the paper: SOM in every layer but the last, SAE for the last layer, HAI over all maps (Eq. 4-11).
 * Each option is one of the paper's ambiguities (docs/methods.md, 3).
 */
export const sfp = defineMethod({
  name: "sfp",
  title: "SFP",
  about: "Outliers repaired after every layer, self-self attention in the last, features mixed by the integrated maps.",
  source: "Jin et al., ICCV 2025, Eq. 4-11",
  options,
  build(network, pixels, chosen) {
    const {g, geometry} = network;
    const last = geometry.layers;
    // The set of Eq. 8 is found where nothing is repaired, too.
    const from = chosen.som === "on" ? chosen.from : Infinity;
    if (chosen.to !== "last" && chosen.to < chosen.from)
      throw new RangeError(`sfp: to=${chosen.to} lies before from=${chosen.from}, so no layer would be repaired.`);
    // Block L runs as an ordinary one only for those who ask for its probes; SAE takes its place.
    const trunk = network.trunk(pixels, last, {...chosen, from});
    const x = trunk.passed(last - 1);
    const features = enhance(network, x, chosen);
    const offer = (name: string, value: Value) =>
      network.probe(name, network.patchHead(value), [network.patches, geometry.features]);
    offer("stage.som", network.patchesOf(x));
    offer("stage.sae", features);
    const visible = chosen.hai === "on" ? g.matmul(integrate(network, trunk, chosen), features) : features;
    return network.patchHead(visible);
  }
});

/** SAE on F_SOM = x̂_{L-1} (Eq. 6-7): the patches' features, B × N × D. */
function enhance(network: Network, x: Value, {sae, lambda, class_token}: Options): Value {
  const {g, geometry} = network;
  const last = geometry.layers;
  const withClass = class_token === "keep";
  const tokens = withClass ? network.tokens : network.patches;
  const input = withClass ? x : network.flatten(network.patchesOf(x));
  const patches = (rows: Value) => (withClass ? network.patchesOf(rows) : network.unflatten(rows, tokens));
  if (sae === "none") return patches(clearclipLayer(network, input, tokens));

  const {query, key, value} = network.project(network.norm1(input, last), last, tokens);
  const scale = lambda * network.logitScale;
  const attention = g.softmax(g.add(network.logits(query, query, scale), network.logits(key, key, scale)));
  switch (sae) {
    case "block": {
      const u = g.add(input, network.mix(attention, value, last));
      return patches(g.add(u, network.mlp(u, last, tokens)));
    }
    case "literal": {
      const gathered = g.matmul(g.mean(attention, 1, false), network.unflatten(input, tokens));
      return patches(g.add(input, network.mlp(network.flatten(gathered), last, tokens)));
    }
    case "clear":
      return patches(network.mix(attention, value, last));
  }
}

/** HAI (Eq. 8-10): the maps of layers l0 to L-1 with outliers' columns zeroed, summed, normalised. B × N × N. */
function integrate(network: Network, {layers}: TrunkGraph, {l0, rounds, order, hai_mask}: Options): Value {
  const {g, tokens, prefix, patches, geometry} = network;
  const masked = layers.slice(l0 - 1, geometry.layers - 1).map((values, i) => {
    const map = g.slice(g.slice(values.meanAttention, 1, prefix, tokens), 2, prefix, tokens);
    const mask = hai_mask === "found" ? values.outliers : values.replaced;
    const filtered = mask ? g.where(g.unsqueeze(mask, 1), g.scalar(0), map) : map;
    network.probe(`masked.${i + l0}`, filtered, [patches, patches]);
    return filtered;
  });
  let a = masked.reduce((sum, map) => g.add(sum, map));
  network.probe("hai.sum", a, [patches, patches]);
  for (let round = 1; round <= rounds; ++round) {
    for (const axis of order === "rc" ? [2, 1] : [1, 2]) a = normaliseSums(network, a, axis);
    network.probe(`hai.round.${round}`, a, [patches, patches]);
  }
  network.probe("hai.map", a, [patches, patches]);
  return a;
}

/** Divides by the sums along an axis; a sum below 1e-12 leaves zeros (docs/methods.md, 3). */
function normaliseSums({g}: Network, a: Value, axis: number): Value {
  const sums = g.sum(a, axis);
  const tiny = g.less(sums, g.scalar(1e-12));
  return g.where(tiny, g.scalar(0), g.divide(a, g.where(tiny, g.scalar(1), sums)));
}
