/** Test-time registers: tokens behind the patches that take over the activation of neurons (docs/methods.md, 5.2). */
import type {Neuron} from "../analysis/options.js";
import type {Value} from "./graph.js";
import {Network} from "./network.js";
import type {RegisterOptions} from "./registerOptions.js";

/**
 * The network with registers, or itself where none are asked for. What it offers is offered by the network it came from.
 *
 * @throws RangeError for options that do not fit together, or a neuron that the model does not have
 */
export function withRegisters(network: Network, given: RegisterOptions): Network {
  const change = network.model.changes?.find((each) => each.registers);
  if (change && (given.registers > 0 || given.neurons.length))
    throw new RangeError(`“${change.text}” and the option registers= are two ways to say it: give one.`);
  if (change) network.applied.add(change);
  const options = change?.registers ?? given;
  const {registers, neurons: listed, scale} = options;
  const {mlp} = network.geometry;
  const beyond = listed.find(({index}) => index >= mlp);
  if (beyond)
    throw new RangeError(
      `neurons=${beyond.layer}:${beyond.index} is not there; a layer of this model has neurons 0 to ${mlp - 1}.`
    );
  if (scale.length !== 1 && scale.length !== registers)
    throw new RangeError(`scale=${scale.join(",")} is for ${scale.length} registers; registers=${registers}.`);
  if (registers > 0) return new RegisterNetwork(network, options);
  if (listed.length) throw new RangeError("neurons= needs registers=1 or more: their activation has to go somewhere.");
  return network;
}

class RegisterNetwork extends Network {
  override readonly probes: Network["probes"];
  override readonly applied: Network["applied"];

  constructor(
    private readonly base: Network,
    private readonly options: RegisterOptions
  ) {
    super(base.g, base.model, base.grid, options.registers);
    this.probes = base.probes;
    this.applied = base.applied;
  }

  /** Registers begin as zeros and have no position. */
  override sequence(pixels: Value): Value {
    const {g, behind} = this;
    return g.node("Pad", [this.base.sequence(pixels), g.ints(0, 0, 0, 0, behind, 0)]);
  }

  protected override hidden(active: Value, layer: number, tokens = this.tokens): Value {
    const listed = this.options.neurons.filter((neuron: Neuron) => neuron.layer === layer);
    if (!listed.length) return super.hidden(active, layer, tokens);
    const {g} = this;
    const {mlp} = this.geometry;
    const all = this.unflatten(active, tokens, mlp);
    const columns = [...new Set(listed.map(({index}) => index))];
    const moved = this.move(g.node("Gather", [all, g.ints(...columns)], {axis: 2}), columns.length);
    // The changed columns stand behind all others; gathering puts them in their places.
    const from = Array.from({length: mlp}, (_, j) => (columns.includes(j) ? mlp + columns.indexOf(j) : j));
    const edited = g.node("Gather", [g.concat([all, moved], 2), g.ints(...from)], {axis: 2});
    return super.hidden(this.flatten(edited, mlp), layer, tokens);
  }

  /** Listed neurons' activations, B × T × n, with those of patches moved to the registers. */
  private move(values: Value, count: number): Value {
    const {g, prefix, end, tokens} = this;
    const patches = this.calmed(g.slice(values, 1, prefix, end));
    const before = prefix ? [g.slice(values, 1, 0, prefix)] : [];
    return g.concat([...before, patches, this.filled(values, g.slice(values, 1, end, tokens), count)], 1);
  }

  /** What patches keep, B × N × n. */
  private calmed(patches: Value): Value {
    const {g} = this;
    switch (this.options.normal) {
      case "zero":
        return g.scale(patches, 0);
      case "mean":
        return g.add(g.scale(patches, 0), g.mean(patches, 1));
      case "only_outliers": {
        const mean = g.mean(patches, 1);
        const away = g.subtract(patches, mean);
        const variance = g.divide(g.sum(g.multiply(away, away), 1), g.scalar(this.patches - 1));
        const stands = g.less(g.node("Sqrt", [variance]), away);
        return g.where(stands, mean, patches);
      }
      case "same":
        return patches;
    }
  }

  /** What the registers get, B × R × n: the entry of largest size over all tokens, with its sign. */
  private filled(values: Value, registers: Value, count: number): Value {
    const {g, behind} = this;
    const {scale, bugs} = this.options;
    const times = (r: number) => scale[Math.min(r, scale.length - 1)];
    const ones = g.floats(
      Array.from({length: count}, () => 1),
      [1, 1, count]
    );
    if (bugs === "fix" || scale.length === 1) {
      const most = g.multiply(this.extreme(values), ones);
      return g.concat(
        Array.from({length: behind}, (_, r) => g.scale(most, times(r))),
        1
      );
    }
    // The code fills one register after the other, and later ones see those before them.
    const rows = Array.from({length: behind}, (_, r) => g.slice(registers, 1, r, r + 1));
    const others = g.slice(values, 1, 0, this.end);
    for (let r = 0; r < behind; ++r)
      rows[r] = g.scale(g.multiply(this.extreme(g.concat([others, ...rows], 1)), ones), times(r));
    return g.concat(rows, 1);
  }

  /** The entry of largest size, with its sign, of each neuron or with `bugs=keep` of all: B × 1 × n or B × 1 × 1. */
  private extreme(values: Value): Value {
    const {g} = this;
    const over = (reduce: (a: Value, axis: number) => Value) =>
      this.options.bugs === "keep" ? reduce(reduce(values, 1), 2) : reduce(values, 1);
    const most = over((a, axis) => g.max(a, axis));
    const least = over((a, axis) => g.min(a, axis));
    return g.where(g.less(g.scale(least, -1), most), most, least);
  }
}
