import type {Value} from "../graph.js";
import type {Network} from "../network.js";
import {defineMethod} from "./method.js";
import {count} from "../../analysis/options.js";

/**
 * GEM: like CLIP Surgery a second path over the last blocks, where each of v, k and q attends to itself as unit
 * vectors, at a temperature taken from the tokens' norms.
 */
export const gem = defineMethod({
  name: "gem",
  title: "GEM",
  about: "The last six blocks' iterated self-self attention of v, k and q as unit vectors, on a path of its own.",
  source: "Bousselham et al., CVPR 2024",
  options: {
    depth: count({least: 1, default: 6, about: "how many of the last blocks have the second path"}),
    iterations: count({least: 0, most: 10, default: 1, about: "rounds in which each projection gathers itself"})
  },
  build(network, pixels, {depth, iterations}) {
    const {g, tokens, geometry} = network;
    const {layers} = geometry;
    const trunk = network.trunk(pixels, layers);
    const first = Math.max(1, layers - depth + 1);
    let gathered = trunk.passed(first - 1);
    for (let layer = first; layer <= layers; ++layer) {
      const y = network.norm1(trunk.passed(layer - 1), layer);
      const {query, key, value} = network.project(y, layer, tokens);
      const sharpness = inverseTemperature(network, y);
      const outputs = [value, key, query].map((z) =>
        network.mix(selfSelf(network, z, sharpness, iterations), value, layer)
      );
      // Wo is affine, so the mean of its outputs is its output of the mean.
      const mean = g.scale(
        outputs.reduce((sum, output) => g.add(sum, output)),
        1 / 3
      );
      gathered = g.add(gathered, mean);
    }
    return network.patchFeatures(gathered);
  }
});

/** b = s · mean over tokens of ‖y‖, one number an image: B × 1 × 1 × 1. */
function inverseTemperature(network: Network, y: Value): Value {
  const {g, tokens} = network;
  const norms = g.reshape(g.norm(y, -1), -1, tokens);
  return g.unsqueeze(g.scale(g.mean(norms, 1), network.logitScale), 2, 3);
}

/** sm(b ẑ ẑᵀ) after `iterations` rounds of z ← sm(b ẑ ẑᵀ) ẑ. */
function selfSelf(network: Network, z: Value, sharpness: Value, iterations: number): Value {
  const {g} = network;
  let unit = g.normalise(z);
  const attention = () => g.softmax(g.multiply(network.logits(unit, unit, 1), sharpness));
  for (let i = 0; i < iterations; ++i) unit = g.normalise(g.matmul(attention(), unit));
  return attention();
}
