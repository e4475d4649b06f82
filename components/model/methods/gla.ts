import {choice, count, number, type ValuesOf} from "../../analysis/options.js";
import type {Graph, Value} from "../graph.js";
import type {Network} from "../network.js";
import {defineMethod, type Corner, type Further} from "./method.js";
import {masked} from "./parts.js";
import {valuesOn} from "./proxyclip.js";

const options = {
  anchors: choice({
    values: ["off", "on"],
    about: "similarities to the mean of what a patch resembles, instead of to the patch"
  }),
  rounds: count({least: 0, most: 10, default: 2, about: "with anchors: how often that mean is taken"}),
  crit: number({
    least: -1,
    most: 1,
    default: 0.55,
    about: "with anchors: what resembles a patch is more alike than this"
  }),
  normalise: choice({
    values: ["off", "row"],
    about: "from similarities the mean of all is subtracted, or each row's own"
  }),
  beta: number({least: 0, slider: 2, default: 1.2, about: "how many means are subtracted"}),
  gamma: number({least: 0, slider: 20, default: 3, about: "sharpness of the softmax"}),
  dynamic_beta: number({least: 0, slider: 2, default: 0, about: "a in beta = 1 + a ln(1 + windows); 0: beta itself"}),
  dynamic_gamma: number({
    least: 0,
    slider: 60,
    default: 0,
    about: "a in gamma = 1 + a / (patches that resemble this one); 0: gamma itself"
  }),
  cut: number({least: -100, slider: 1, default: 0, about: "similarities below it do not count, except a row's largest"})
};

type Options = ValuesOf<typeof options>;

/**
 * GLA-CLIP: patches attend to the patches of all windows of a picture (docs/methods.md, 5.5). The batch is those
 * windows. With a second model its features compare patches, as in ProxyCLIP; without one, the last block's queries do.
 */
export const gla = defineMethod({
  name: "gla",
  title: "GLA-CLIP",
  about: "Last block: query-query similarity across all windows of a picture; no residual, no MLP.",
  source: "Lee et al., CVPR 2026",
  proxy: "optional",
  sharesWindows: true,
  sliding: true,
  options,
  build(network, pixels, chosen, {external, corners = [[0, 0]]}) {
    if ((chosen.dynamic_beta || chosen.dynamic_gamma) && chosen.normalise !== "row")
      throw new RangeError("gla: dynamic_beta and dynamic_gamma need normalise=row.");
    const {g, geometry} = network;
    const last = geometry.layers;
    const {
      rows,
      start,
      values,
      count: perWindow
    } = external ? throughProxy(network, pixels, external) : alone(network, pixels, corners);
    const unit = g.normalise(rows);
    const attention = attend(g, unit, external ? unit : start, chosen, {
      windows: corners.length,
      proxied: external !== undefined
    });
    const mixed = network.mix(g.unsqueeze(attention, 0, 1), g.unsqueeze(values, 0), last);
    return network.unflatten(network.head(mixed), perWindow, geometry.features);
  }
});

/** What is compared, n × C; where anchors start, n × C; and the values, H × n × dh: n patches of all windows. */
interface Shared {
  rows: Value;
  start: Value;
  values: Value;
  /** Patches of a window. */
  count: number;
}

function throughProxy(network: Network, pixels: Value, {features, grid}: NonNullable<Further["external"]>): Shared {
  const {g} = network;
  const count = grid[0] * grid[1];
  const flat = g.squeeze(g.reshape(features, 1, -1, 0), 0);
  return {rows: flat, start: flat, values: acrossWindows(network, valuesOn(network, pixels, grid)), count};
}

function alone(network: Network, pixels: Value, corners: readonly Corner[]): Shared {
  const {g, geometry, prefix, patches, tokens} = network;
  const last = geometry.layers;
  const x = network.trunk(pixels, last - 1).passed(last - 1);
  const {query, value} = network.project(network.norm1(x, last), last, tokens);
  const ofPatches = (z: Value) => g.slice(z, 2, prefix, prefix + patches);
  const rows = g.reshape(g.transpose(ofPatches(query), 0, 2, 1, 3), -1, geometry.width);
  const near = neighbours(network, corners);
  const start = g.divide(g.matmul(near, rows), g.sum(near, 1));
  return {rows, start, values: acrossWindows(network, ofPatches(value)), count: patches};
}

/** B × H × S × dh to H × (B·S) × dh. */
function acrossWindows({g, geometry}: Network, values: Value): Value {
  const {width, heads} = geometry;
  return g.reshape(g.transpose(values, 1, 0, 2, 3), heads, -1, width / heads);
}

/** Which patches an anchor starts from, n × n: its neighbourhood in its window, and its copies in other windows. */
function neighbours({g, grid: [, columns], patches, geometry}: Network, corners: readonly Corner[]): Value {
  const n = corners.length * patches;
  const each = (of: (window: number, row: number, column: number) => number) => {
    const values = Array.from({length: n}, (_, i) => {
      const patch = i % patches;
      return of(Math.floor(i / patches), Math.floor(patch / columns), patch % columns);
    });
    return [g.floats(values, [n, 1]), g.floats(values, [1, n])] as const;
  };
  const near = ([a, b]: readonly [Value, Value]) => g.less(g.node("Abs", [g.subtract(a, b)]), g.scalar(1.5));
  const same = ([a, b]: readonly [Value, Value]) => g.equal(a, b);
  const around = g.and(
    same(each((window) => window)),
    g.and(near(each((_w, row) => row)), near(each((_w, _r, column) => column)))
  );
  const copies = g.and(
    same(each((window, row) => corners[window][0] + row * geometry.patch)),
    same(each((window, _r, column) => corners[window][1] + column * geometry.patch))
  );
  return g.toFloat(g.or(around, copies));
}

/** The attention of every patch to every patch, n × n. `unit` and the anchors' start are n × C. */
function attend(
  g: Graph,
  unit: Value,
  start: Value,
  {anchors, rounds, crit, normalise, beta, gamma, dynamic_beta, dynamic_gamma, cut}: Options,
  {windows, proxied}: {windows: number; proxied: boolean}
): Value {
  const keys = g.transpose(unit, 1, 0);
  const itself = g.matmul(unit, keys);
  const anchored = anchors === "on" || dynamic_gamma > 0 ? anchor(g, unit, keys, start, {rounds, crit}) : undefined;
  const z = anchored && (anchors === "on" || !proxied) ? anchored.similarity : itself;
  const mean = normalise === "row" ? g.maximum(g.mean(z, 1), g.scalar(0)) : g.mean(g.mean(z, 1), 0);
  const share = dynamic_beta ? 1 + dynamic_beta * Math.log(1 + windows) : beta;
  const centred = g.subtract(z, g.scale(mean, share));
  const logits =
    anchored && dynamic_gamma
      ? g.multiply(centred, g.add(g.scalar(1), g.divide(g.scalar(dynamic_gamma), anchored.count)))
      : g.scale(centred, gamma);
  const least = g.node("Min", [g.max(logits, 1), g.scalar(cut)]);
  return g.softmax(g.where(g.less(logits, least), g.scalar(masked), logits));
}

/** Similarities to anchors after the rounds, n × n, and how many patches each resembles, n × 1. */
function anchor(
  g: Graph,
  unit: Value,
  keys: Value,
  start: Value,
  {rounds, crit}: Pick<Options, "rounds" | "crit">
): {similarity: Value; count: Value} {
  const to = (anchors: Value) => g.matmul(g.normalise(anchors), keys);
  const members = (similarity: Value) => {
    const alike = g.toFloat(g.less(g.scalar(crit), similarity));
    const size = g.sum(alike, 1);
    return {alike, size};
  };
  let similarity = to(start);
  let {alike, size} = members(similarity);
  for (let round = 0; round < rounds; ++round) {
    if (round) ({alike, size} = members(similarity));
    // A patch that resembles nothing keeps itself.
    const empty = g.less(size, g.scalar(0.5));
    const mean = g.divide(g.matmul(alike, unit), g.add(size, g.scalar(1e-6)));
    similarity = to(g.where(empty, unit, mean));
  }
  return {similarity, count: g.maximum(size, g.scalar(1))};
}
