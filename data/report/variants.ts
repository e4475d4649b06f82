/** What the measured report measures: variants of SFP, and the methods beside it. */
import type {MethodRequest} from "../../components/model/build.js";
import {keyValues} from "../../components/analysis/options.js";

/** One row of the report. */
export interface Variant {
  /** Its name in files, on the page, and after `--only`. */
  id: string;
  method: string;
  /** As `-o` takes them. */
  options: string[];
  /** Variants that it is compared with on the same images. */
  against: string[];
}

/** A variant as an engine is asked for it. */
export function methodRequest({method, options}: Variant): MethodRequest {
  return {method, options: keyValues(options)};
}

/** Readings of Eq. 7, and the layer that Table 2 starts from. */
export const readings = ["none", "block", "literal", "clear"] as const;
export type Reading = (typeof readings)[number];

/** Table 3's rows but the first, which is the default. */
export const startLayers = [5, 8, 10, 11] as const;

/** `block`, `block+som`, `block+som+hai`, `block+hai`: the steps of Table 2 under one reading. */
export function rung(reading: Reading, {som = false, hai = false} = {}): string {
  return [reading, som && "som", hai && "hai"].filter(Boolean).join("+");
}

const off = (som: boolean, hai: boolean): string[] => [...(som ? [] : ["som=off"]), ...(hai ? [] : ["hai=off"])];

const chain: Variant[] = readings.flatMap((reading) =>
  [
    {som: false, hai: false},
    {som: true, hai: false},
    {som: true, hai: true},
    {som: false, hai: true}
  ].map(({som, hai}) => {
    const alone = rung(reading);
    const id = rung(reading, {som, hai});
    return {
      id,
      method: "sfp",
      options: [...(reading === "block" ? [] : [`sae=${reading}`]), ...off(som, hai)],
      against: [
        ...(id === alone ? [] : [alone]),
        ...(som && hai ? [rung(reading, {som}), rung(reading, {hai})] : []),
        ...(reading === "none" ? [] : [rung("none", {som, hai})]),
        ...(reading === "literal" || reading === "clear" ? [rung("block", {som, hai})] : [])
      ]
    };
  })
);

const full = rung("block", {som: true, hai: true});

const table3: Variant[] = (["block", "literal", "clear"] as const).flatMap((reading) =>
  startLayers.map((l0) => ({
    id: `${rung(reading, {som: true, hai: true})} l0=${l0}`,
    method: "sfp",
    options: [...(reading === "block" ? [] : [`sae=${reading}`]), `l0=${l0}`],
    against: [rung(reading, {som: true, hai: true}), rung(reading, {som: true})]
  }))
);

/** One option of the whole method changed. */
const changed = (...options: string[]): Variant => ({
  id: `${full} ${options.join(" ")}`,
  method: "sfp",
  options,
  against: [full]
});

/** The same without HAI, where only SOM's set matters. */
const changedSom = (...options: string[]): Variant => ({
  id: `${rung("block", {som: true})} ${options.join(" ")}`,
  method: "sfp",
  options: ["hai=off", ...options],
  against: [rung("block", {som: true}), "block"]
});

/** Values of one option each, by the option's name. The default is not repeated. */
export const sweeps: Readonly<Record<string, readonly string[]>> = {
  factor: ["0.5", "0.75", "1.25", "1.5", "2", "3"],
  cap: ["5", "10", "20"],
  rounds: ["0", "2", "3", "10"],
  order: ["cr"],
  class_token: ["drop"],
  heads: ["any", "vote"],
  isolated: ["widen"],
  lambda: ["0.25", "1"],
  from: ["5", "8", "10"]
};

const rivals = [
  "clip",
  "maskclip",
  "sclip",
  "clearclip",
  "naclip",
  "segearth",
  "clip-surgery",
  "gem",
  "cliptrase",
  "sc-clip",
  "resclip",
  "sfp-released",
  "sfp-2025-12"
];

export const variants: readonly Variant[] = [
  ...chain,
  ...rivals.map((method) => ({id: method, method, options: [], against: [full]})),
  ...table3,
  ...Object.entries(sweeps).flatMap(([name, values]) => values.map((value) => changed(`${name}=${value}`))),
  changed("factor=1.5", "cap=10"),
  ...["0.5", "1.5", "2", "3"].map((value) => changedSom(`factor=${value}`)),
  changedSom("factor=1.5", "cap=10")
];

/** Those worth the time of sliding windows, which take six passes a photo. */
export const slidingVariants: readonly string[] = [
  "none",
  "none+som",
  "block",
  "block+som",
  full,
  "block+hai",
  "literal",
  "literal+som",
  "literal+som+hai",
  "clear",
  "clear+som+hai",
  "clip",
  "sclip",
  "naclip",
  "clip-surgery",
  "sc-clip"
];
