/** What the measured report measures: variants of SFP, and the methods beside it. */
import type {MethodRequest} from "../../components/model/build.js";
import {keyValues, type OptionSpec} from "../../components/analysis/options.js";
import {methods} from "../../components/model/methods/index.js";
import {sfp} from "../../components/model/methods/sfp.js";

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
const readings = ["none", "block", "literal", "clear"] as const;
type Reading = (typeof sfp.options.sae.values)[number];

/** Table 3's rows but the first, which is the default. */
const startLayers = [5, 8, 10, 11] as const;

/** `block`, `block+som`, `block+som+hai`, `block+hai`: the steps of Table 2 under one reading. */
function rung(reading: Reading, {som = false, hai = false} = {}): string {
  return [reading, som && "som", hai && "hai"].filter(Boolean).join("+");
}

/** HAI without SOM masks nothing here: its gain alone, next to that of SOM. */
const off = (som: boolean, hai: boolean): string[] =>
  som ? (hai ? [] : ["hai=off"]) : ["som=off", hai ? "hai_mask=repaired" : "hai=off"];

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

/** One option changed at a time, as the options' declarations ask for it. */
const sweeps = Object.entries(sfp.options).flatMap(([name, {sweep = []}]: [string, OptionSpec]) =>
  sweep.map((value) => changed(`${name}=${value}`))
);

/** The other methods that run on one model of any width, window after window. */
const rivals = Object.values(methods).filter(({name, live}) => name !== sfp.name && live !== false);

export const variants: readonly Variant[] = [
  ...chain,
  ...rivals.map(({name}) => ({id: name, method: name, options: [], against: [full]})),
  ...table3,
  ...sweeps,
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
  ...rivals.filter(({sliding}) => sliding).map(({name}) => name)
];
