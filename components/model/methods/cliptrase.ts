import type {Value} from "../graph.js";
import type {Network} from "../network.js";
import {defineMethod} from "./method.js";
import {threeTerms} from "./segearth.js";

/**
 * CLIPtrase's features: the three-term attention in an otherwise ordinary last block. Its clustering works on the
 * probe "correlation", outside the graph.
 */
export const cliptrase = defineMethod({
  name: "cliptrase",
  title: "CLIPtrase",
  about: "Last block: query-query, key-key and value-value attention summed; residual and MLP kept.",
  source: "Shao et al., ECCV 2024",
  options: {},
  build(network, pixels) {
    const {g, tokens, geometry} = network;
    const last = geometry.layers;
    const trunk = network.trunk(pixels, last - 1);
    const x = trunk.passed(last - 1);
    network.probe("correlation", selfCorrelation(network, trunk.passed(last - 2)), [tokens, tokens]);
    const projections = network.project(network.norm1(x, last), last, tokens);
    const u = g.add(x, network.mix(threeTerms(network, projections), projections.value, last));
    return network.patchFeatures(g.add(u, network.mlp(u, last)));
  }
});

/** Mean over heads of (cos(q, q) + cos(k, k) + cos(v, v)) / 3 in block L − 1, B × T × T. `x` is the block's input. */
function selfCorrelation(network: Network, x: Value): Value {
  const {g, tokens, geometry} = network;
  const layer = geometry.layers - 1;
  const projections = Object.values(network.project(network.norm1(x, layer), layer, tokens));
  const terms = projections.map((z) => {
    const unit = g.normalise(z);
    return network.logits(unit, unit, 1);
  });
  return g.mean(
    g.scale(
      terms.reduce((sum, term) => g.add(sum, term)),
      1 / 3
    ),
    1,
    false
  );
}
