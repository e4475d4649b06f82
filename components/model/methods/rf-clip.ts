import {choice, number, numbers} from "../../analysis/options.js";
import type {Graph, Value} from "../graph.js";
import type {Network} from "../network.js";
import {defineMethod} from "./method.js";
import {keepAbove, rowCosines} from "./parts.js";

/** The channels that the code reads, for the models it knows: by their width. */
const knownChannels: Readonly<Record<number, readonly number[]>> = {
  768: [4, 162, 189, 326, 429, 474, 633, 713],
  1024: [250, 261, 437, 650, 720, 779, 936, 1005]
};

/** RF-CLIP as released: distracted patches repaired after every block, features guided by the blocks' mean (docs/methods.md, 5.6). */
export const rfClip = defineMethod({
  name: "rf-clip",
  title: "RF-CLIP",
  about:
    "Patches with large values in a few channels repaired after every block; the mean of all blocks guides the last.",
  source: "Li et al., AAAI 2026, as released",
  sliding: true,
  options: {
    sigma: number({
      least: 0,
      slider: 10,
      default: 5,
      about: "a patch is distracted where a channel exceeds sigma / width"
    }),
    alpha: number({least: 0, most: 1, default: 0.4, about: "how much of a patch is replaced"}),
    beta: number({least: -1, most: 1, default: 0.4, about: "similarities of the guide below it count as 0"}),
    refocus: choice({
      values: ["off", "on"],
      about: "attention moved away from patches that many look at; a function of the code that nothing calls"
    }),
    channels: numbers({
      least: 0,
      integer: true,
      default: [],
      about: "which channels are read; none: those of the code for ViT-B/16 and ViT-L/14"
    })
  },
  build(network, pixels, {sigma, alpha, beta, refocus, channels}) {
    const {g, geometry, tokens, prefix, patches} = network;
    const {layers: last, width} = geometry;
    const read = channelsOf(channels, width);
    const repaired = repairer(network, read, {sigma, alpha});
    const attention: Value[] = [];
    const outputs: Value[] = [];
    let x = network.embed(pixels);
    for (let layer = 1; layer <= last; ++layer) {
      const input = x;
      const block = network.block(input, layer, tokens);
      x = repaired(block.output, layer);
      outputs.push(x);
      if (layer < last) attention.push(keyAttention(network, block.key, refocus === "on"));
    }
    const before = outputs[last - 2];
    const y = outputs[last - 1];
    network.probeImage(y);
    const guide = g.scale(
      outputs.reduce((sum, output) => g.add(sum, output)),
      1 / last
    );
    const similarity = keepAbove(g, rowCosines(g, network.patchesOf(guide)), beta);
    const decode = (stream: Value): Value => {
      const whole = network.unflatten(stream);
      const gathered = g.concat([g.slice(whole, 1, 0, prefix), g.matmul(similarity, network.patchesOf(stream))], 1);
      const {key, value} = network.project(network.norm1(network.flatten(gathered), last), last, tokens);
      const maps = [...attention, keyAttention(network, key, refocus === "on")];
      const mean = g.scale(
        maps.reduce((sum, map) => g.add(sum, map)),
        1 / maps.length
      );
      return network.mix(mean, g.slice(value, 2, prefix, prefix + patches), last);
    };
    const mixed = g.scale(g.add(decode(before), decode(guide)), 0.5);
    return network.unflatten(network.head(mixed), patches, geometry.features);
  }
});

function channelsOf(given: readonly number[], width: number): readonly number[] {
  const read = given.length ? given : knownChannels[width];
  if (!read)
    throw new RangeError(
      `rf-clip: its channels are those of CLIP ViT-B/16 and ViT-L/14; for a width of ${width} name some with channels=.`
    );
  const beyond = read.find((channel) => channel >= width);
  if (beyond !== undefined)
    throw new RangeError(`rf-clip: channels=${beyond} is not there; this model has channels 0 to ${width - 1}.`);
  return read;
}

/** Finds and repairs distracted patches in a block's output, (B·T) × D, and offers them as `distracted.LAYER`. */
function repairer(network: Network, channels: readonly number[], {sigma, alpha}: {sigma: number; alpha: number}) {
  const {g, prefix, patches, geometry} = network;
  const around = neighbourhood(network);
  return (output: Value, layer: number): Value => {
    const x = network.patchesOf(output);
    const positive = g.subtract(x, g.min(x, 2));
    const shares = g.divide(positive, g.maximum(g.sum(positive, 2), g.scalar(1e-8)));
    const read = g.node("Gather", [shares, g.ints(...channels)], {axis: 2});
    const distracted = g.less(g.scalar(sigma / geometry.width), g.max(read, 2));
    network.probe(`distracted.${layer}`, g.squeeze(distracted, 2), [patches], "bool");
    const replaced = g.where(distracted, g.matmul(around, x), x);
    const blended = g.add(g.scale(x, 1 - alpha), g.scale(replaced, alpha));
    const others = g.slice(network.unflatten(output), 1, 0, prefix);
    return network.flatten(prefix ? g.concat([others, blended], 1) : blended);
  };
}

/** The mean of a 3 × 3 neighbourhood, itself included, zeros outside, always divided by nine: 1 × N × N. */
function neighbourhood({g, grid: [, columns], patches}: Network): Value {
  const near = (position: (i: number) => number) => {
    const values = Array.from({length: patches}, (_, i) => position(i));
    const distance = g.subtract(g.floats(values, [1, patches, 1]), g.floats(values, [1, 1, patches]));
    return g.less(g.node("Abs", [distance]), g.scalar(1.5));
  };
  const both = g.and(
    near((i) => Math.floor(i / columns)),
    near((i) => i % columns)
  );
  return g.scale(g.toFloat(both), 1 / 9);
}

/** sm(s kkᵀ) over all tokens, cut to the patches and not made to sum to one again: B × H × N × N. */
function keyAttention(network: Network, key: Value, refocused: boolean): Value {
  const {g, prefix, tokens} = network;
  const all = network.selfAttention(key);
  const map = refocused ? refocusing(g, all, prefix, tokens) : all;
  return g.slice(g.slice(map, 2, prefix, tokens), 3, prefix, tokens);
}

/**
 * Patches that others look at with more than 0.1 on average keep 0.6 of that in patches' rows; the rest goes to the other
 * patches in proportion.
 */
function refocusing(g: Graph, map: Value, prefix: number, tokens: number): Value {
  const rows = g.slice(map, 2, prefix, tokens);
  const own = g.slice(rows, 3, prefix, tokens);
  const crowded = g.less(g.scalar(0.1), g.mean(own, 2));
  const kept = g.where(crowded, g.scale(own, 0.6), own);
  const freed = g.sum(g.subtract(own, kept), 3);
  const others = g.where(crowded, g.scalar(0), own);
  const total = g.sum(others, 3);
  const shared = g.divide(g.multiply(others, freed), g.maximum(total, g.scalar(1e-8)));
  const patches = g.add(kept, shared);
  const whole = prefix ? g.concat([g.slice(rows, 3, 0, prefix), patches], 3) : patches;
  return prefix ? g.concat([g.slice(map, 2, 0, prefix), whole], 2) : whole;
}
