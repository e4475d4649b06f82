/** A network's outputs as what figures draw. */
import {prefixLength, type AttentionMap, type FeatureMap, type Prefix, type TrunkRecord} from "../records/record.js";
import type {Output} from "./sessions.js";

/** What `trunkRecord` reads of a layer (1-based), repaired or not. */
export function trunkOutputs(layer: number, repaired: boolean): string[] {
  const always = ["class", "diagonal", "self", "norms", "outliers"];
  return [...always, ...(repaired ? ["repaired-norms", "isolated"] : [])].map((name) => `${name}.${layer}`);
}

/**
 * The record of a trunk's first `layers` layers.
 *
 * @param output a layer's output by name, such as `class.3`; undefined for what only a repaired layer has
 * @throws Error when anything else is missing
 */
export function trunkRecord(layers: number, output: (name: string) => Output | undefined): TrunkRecord {
  const every = (name: string, otherwise = name) =>
    eachLayer(layers, (layer) => {
      const found = output(`${name}.${layer}`) ?? output(`${otherwise}.${layer}`);
      if (!found) throw new Error(`Layer ${layer} has not been run yet.`);
      return found.data;
    });
  const outliers = concat(every("outliers"), Uint8Array);
  const isolated = eachLayer(
    layers,
    (layer) => output(`isolated.${layer}`)?.data ?? new Uint8Array(outliers.length / layers)
  );
  return {
    classRows: concat(every("class"), Float32Array),
    diagonals: concat(every("diagonal"), Float32Array),
    classSelf: concat(every("self"), Float32Array),
    norms: concat(every("norms"), Float32Array),
    repairedNorms: concat(every("repaired-norms", "norms"), Float32Array),
    outliers,
    isolated: concat(isolated, Uint8Array)
  };
}

/** Something of every layer, 1-based. */
export function eachLayer<T>(layers: number, of: (layer: number) => T): T[] {
  return Array.from({length: layers}, (_, i) => of(i + 1));
}

/** Arrays one after the other. */
export function concat<A extends Float32Array | Uint8Array>(
  parts: readonly (Float32Array | Uint8Array)[],
  Type: new (length: number) => A
): A {
  const whole = new Type(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Head-mean attention, B = 1, of a model with such tokens before the patches. */
export function toMap({dims, data}: Output, prefix: Prefix): AttentionMap {
  return {tokens: dims.at(-1)!, prefix: prefixLength(prefix), values: data as Float32Array};
}

/** Attention of every head, B = 1: views of one array. */
export function splitHeads({dims, data}: Output, prefix: Prefix): AttentionMap[] {
  const tokens = dims.at(-1)!;
  const size = tokens * tokens;
  return Array.from({length: dims.at(-3)!}, (_, head) => ({
    tokens,
    prefix: prefixLength(prefix),
    values: (data as Float32Array).subarray(head * size, (head + 1) * size)
  }));
}

/** Dense features. */
export function toFeatures({dims, data}: Output): FeatureMap {
  return {width: dims.at(-1)!, values: data as Float32Array};
}
