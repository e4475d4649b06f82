import type {Value} from "../graph.js";
import type {Network, SomOptions, Trunk} from "../network.js";
import {clearclipLayer} from "./clearclip.js";
import type {Method} from "./method.js";
import {detectionOptions} from "./detection.js";
import {choice, type OptionValues} from "../../analysis/options.js";

/**
 * SFP, the paper: SOM in every layer but the last, SAE for the last layer, HAI over all maps (Eq. 4-11).
 * Defaults are methods.md 3a's column R; each option is one of the paper's ambiguities.
 */
export const sfp: Method = {
  title: "SFP",
  about: "Outliers repaired after every layer, self-self attention in the last, features mixed by the integrated maps.",
  source: "Jin et al., ICCV 2025, Eq. 4-11",
  options: {
    sae: choice(
      "Eq. 7: a block, the printed formula, no residual or MLP, or none (ClearCLIP's layer)",
      "block",
      "literal",
      "clear",
      "none"
    ),
    som: choice("repair outliers between layers (Eq. 4-5)", "on", "off"),
    hai: choice("mix the features by the integrated attention (Eq. 8-11)", "on", "off"),
    lambda: {kind: "number", least: 0, default: 0.5, about: "logit scale of Eq. 6"},
    l0: {kind: "number", least: 1, integer: true, default: 1, about: "first layer in Eq. 9's sum (Table 3)"},
    rounds: {kind: "number", least: 0, most: 50, integer: true, default: 1, about: "normalisation rounds of Eq. 10"},
    order: choice("a round is rows then columns, or columns then rows", "rc", "cr"),
    class_token: choice("the class token in SAE's attention", "keep", "drop"),
    ...detectionOptions,
    isolated: choice("an outlier among outliers: kept, or repaired from a wider ring", "keep", "widen"),
    from: {kind: "number", least: 1, integer: true, default: 1, about: "first layer whose output is repaired"}
  },
  build(network, pixels, options) {
    const {g, geometry} = network;
    const last = geometry.layers;
    if (Number(options.l0) >= last)
      throw new RangeError(
        `sfp: l0=${options.l0} leaves no layer; this model's maps are those of layers 1 to ${last - 1}.`
      );
    if (Number(options.from) >= last)
      throw new RangeError(`sfp: from=${options.from} leaves no layer; SOM works in layers 1 to ${last - 1}.`);
    // Block L runs as an ordinary one only for those who ask for its probes; SAE takes its place.
    const trunk = network.trunk(pixels, last, options.som === "on" ? (options as unknown as SomOptions) : undefined);
    const x = trunk.passed(last - 1);
    const features = enhance(network, x, options);
    const offer = (name: string, value: Value) =>
      network.probe(name, network.patchHead(value), [network.patches, geometry.features]);
    offer("stage.som", network.patchesOf(x));
    offer("stage.sae", features);
    const visible = options.hai === "on" ? g.matmul(integrate(network, trunk, options), features) : features;
    return network.patchHead(visible);
  }
};

/** SAE on F_SOM = x̂_{L-1} (Eq. 6-7): the patches' features, B × N × D. */
function enhance(network: Network, x: Value, {sae, lambda, class_token}: OptionValues): Value {
  const {g, geometry} = network;
  const last = geometry.layers;
  const withClass = class_token === "keep";
  const tokens = withClass ? network.tokens : network.patches;
  const input = withClass ? x : network.flatten(network.patchesOf(x));
  const patches = (rows: Value) => (withClass ? network.patchesOf(rows) : network.unflatten(rows, tokens));
  if (sae === "none") return patches(clearclipLayer(network, input, tokens));

  const {query, key, value} = network.project(network.norm1(input, last), last, tokens);
  const scale = Number(lambda) * network.logitScale;
  const attention = g.softmax(g.add(network.logits(query, query, scale), network.logits(key, key, scale)));
  switch (sae) {
    case "block": {
      const u = g.add(input, network.mix(attention, value, last));
      return patches(g.add(u, network.mlp(u, last)));
    }
    case "literal": {
      const gathered = g.matmul(g.mean(attention, 1, false), network.unflatten(input, tokens));
      return patches(g.add(input, network.mlp(network.flatten(gathered), last)));
    }
    case "clear":
      return patches(network.mix(attention, value, last));
    default:
      throw new RangeError(`sfp: sae=${sae} is not known`);
  }
}

/** HAI (Eq. 8-10): the maps of layers l0 to L-1 with outliers' columns zeroed, summed, normalised. B × N × N. */
function integrate(network: Network, {layers}: Trunk, {l0, rounds, order}: OptionValues): Value {
  const {g, tokens, prefix, patches, geometry} = network;
  const masked = layers.slice(Number(l0) - 1, geometry.layers - 1).map(({meanAttention, outliers}, i) => {
    const map = g.slice(g.slice(meanAttention, 1, prefix, tokens), 2, prefix, tokens);
    const filtered = outliers ? g.where(g.unsqueeze(outliers, 1), g.scalar(0), map) : map;
    network.probe(`masked.${i + Number(l0)}`, filtered, [patches, patches]);
    return filtered;
  });
  let a = masked.reduce((sum, map) => g.add(sum, map));
  network.probe("hai.sum", a, [patches, patches]);
  for (let round = 1; round <= Number(rounds); ++round) {
    for (const axis of order === "rc" ? [2, 1] : [1, 2]) a = normaliseSums(network, a, axis);
    network.probe(`hai.round.${round}`, a, [patches, patches]);
  }
  network.probe("hai.map", a, [patches, patches]);
  return a;
}

/** Divides by the sums along an axis; a sum below 1e-12 leaves zeros (methods.md 3a, row 18). */
function normaliseSums({g}: Network, a: Value, axis: number): Value {
  const sums = g.sum(a, axis);
  const tiny = g.less(sums, g.scalar(1e-12));
  return g.where(tiny, g.scalar(0), g.divide(a, g.where(tiny, g.scalar(1), sums)));
}
