import type {Grid} from "../../records/record.js";
import {number} from "../../analysis/options.js";
import type {Graph, Value} from "../graph.js";
import {linearTaps} from "../image/taps.js";
import type {Network} from "../network.js";
import {defineMethod} from "./method.js";
import {rowCosines, diagonal, masked} from "./parts.js";

/** ProxyCLIP: values of the last block gathered by a second model's similarities, on its grid (docs/methods.md, 5.3). */
export const proxyclip = defineMethod({
  name: "proxyclip",
  title: "ProxyCLIP",
  about: "Last block: values mixed by the similarities of a second model's features, on its grid; no residual, no MLP.",
  source: "Lan et al., ECCV 2024",
  proxy: "needed",
  options: {
    beta: number({least: 0, slider: 2, default: 1.2, about: "how many mean similarities are subtracted"}),
    gamma: number({least: 0, slider: 20, default: 3, about: "sharpness of the softmax"})
  },
  build(network, pixels, {beta, gamma}, {external}) {
    if (!external) throw new RangeError("proxyclip needs a second model's features.");
    const {g} = network;
    const similarity = rowCosines(g, external.features);
    const mean = g.mean(g.mean(similarity, 2), 1);
    const logits = g.scale(g.subtract(similarity, g.scale(mean, beta)), gamma);
    const attention = g.unsqueeze(positiveSoftmax(g, logits, external.grid[0] * external.grid[1]), 1);
    const value = valuesOn(network, pixels, external.grid);
    return network.unflatten(
      network.head(network.mix(attention, value, network.geometry.layers)),
      external.grid[0] * external.grid[1],
      network.geometry.features
    );
  }
});

/** Softmax over the entries that are not negative; a row without any attends to itself alone. B × M × M. */
function positiveSoftmax(g: Graph, logits: Value, count: number): Value {
  const negative = g.less(logits, g.scalar(0));
  const kept = g.where(negative, g.scalar(masked), logits);
  const alone = g.and(g.less(g.max(logits, 2), g.scalar(0)), diagonal(g, count));
  return g.softmax(g.where(alone, g.scalar(0), kept));
}

/** The last block's values of patches, per head, resized bilinearly to another grid: B × H × M × dh. */
export function valuesOn(network: Network, pixels: Value, grid: Grid): Value {
  const {g, geometry, prefix, tokens} = network;
  const last = geometry.layers;
  const x = network.trunk(pixels, last - 1).passed(last - 1);
  const {value} = network.project(network.norm1(x, last), last, tokens);
  const width = geometry.width / geometry.heads;
  const [rows, columns] = network.grid;
  const patches = g.slice(value, 2, prefix, prefix + network.patches);
  const tall = g.matmul(linearMatrix(g, rows, grid[0]), g.reshape(patches, -1, rows, columns * width));
  const wide = g.matmul(linearMatrix(g, columns, grid[1]), g.reshape(tall, -1, columns, width));
  return g.reshape(wide, -1, geometry.heads, grid[0] * grid[1], width);
}

/** Linear interpolation along an axis as a matrix, target × source. */
function linearMatrix(g: Graph, source: number, target: number): Value {
  const {first, second, weight} = linearTaps(source, target);
  const matrix = new Float32Array(target * source);
  for (let i = 0; i < target; ++i) {
    matrix[i * source + first[i]] += 1 - weight[i];
    matrix[i * source + second[i]] += weight[i];
  }
  return g.floats(matrix, [target, source]);
}
