/** What the measured report measures: variants of SFP, and the methods beside it. */
import type {PropagationOptions} from "../../components/model/segmentation/propagate.js";
import type {MethodRequest} from "../../components/model/build.js";
import {keyValues, type OptionSpec} from "../../components/analysis/options.js";
import {methods} from "../../components/model/methods/index.js";
import {sfp} from "../../components/model/methods/sfp.js";
import {scoreOptions} from "../../components/model/segmentation/own-scores.js";
import {knownOptions} from "../../components/model/known.js";
import {found, type FoundSettings} from "./found.js";

/** One row of the report. */
export interface Variant {
  /** Its name in files, on the page, and after `--only`. */
  id: string;
  method: string;
  /** As `-o` takes them. */
  options: string[];
  /** Variants that it is compared with on the same images. */
  against: string[];
  /** Whether it looks through a second model. */
  proxied?: boolean;
  /** PEARL's propagation of its scores. */
  propagation?: PropagationOptions;
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

/** The other methods that run on one model of any width, window after window, and decide by cosines. */
const rivals = Object.values(methods).filter(
  ({name, proxy, sharesWindows}) => name !== sfp.name && !proxy && !sharesWindows && !Object.hasOwn(scoreOptions, name)
);

const own: Variant[] = [
  ...chain,
  ...rivals.map(({name}) => ({id: name, method: name, options: [], against: [full]})),
  ...table3,
  ...sweeps,
  changed("factor=1.5", "cap=10"),
  ...["0.5", "1.5", "2", "3"].map((value) => changedSom(`factor=${value}`)),
  changedSom("factor=1.5", "cap=10")
];

/** The authors' script of GLA-CLIP on ProxyCLIP. */
const glaScript = ["anchors=on", "normalise=row", "dynamic_beta=0.3", "dynamic_gamma=30"];

/** Methods whose last block leaves the trunk alone, each with registers. */
const withRegisters = ["clip", "maskclip", "sclip", "clearclip", "naclip"] as const;

/** Registers for the first `top` neurons that were found. */
function registers({neurons}: FoundSettings, top: number, count = 1): string[] {
  return [`registers=${count}`, `neurons=${neurons.slice(0, top).join(",")}`];
}

/** Methods since SFP, and those with a second model: a row each of both protocols. */
function since(known: FoundSettings, model: string): Variant[] {
  const options = Object.entries(knownOptions(model, "rf-clip") ?? {}).map((pair) => pair.join("="));
  return [
    {
      id: "pearl propagated",
      method: "pearl",
      options: [],
      against: ["pearl", full],
      propagation: {bugs: "fix", grid: 80}
    },
    {id: "rf-clip", method: "rf-clip", options, against: [full]},
    {id: "gla", method: "gla", options: [], against: ["clearclip", full]},
    {id: "proxyclip", method: "proxyclip", options: [], against: [full], proxied: true},
    {id: "gla proxied", method: "gla", options: glaScript, against: ["proxyclip", full], proxied: true},
    {id: "lavg", method: "lavg", options: [], against: ["sclip", full], proxied: true},
    ...withRegisters.map((name) => ({
      id: `${name} registers`,
      method: name,
      options: registers(known, 10),
      against: [name, full]
    }))
  ];
}

const sinceIds = since({neurons: []}, "").map(({id}) => id);

/** Numbers of tokens a layer that the study of repairs tries, by what chooses them. */
const caps = {test: [1, 5, 10, 20, 50], norm: [1, 5, 10, 20, 50], class: [1, 5, 10, 20, 50], margin: [5, 10, 50]};
const choices = Object.keys(caps) as (keyof typeof caps)[];
/**
 * Layers whose outputs are repaired, besides all of them: before high-norm tokens appear in the output of layer 8, from
 * there on, a layer too late, and there alone.
 */
const spans = [["to=7"], ["from=8"], ["from=9"], ["from=8", "to=8"]] as const;
/** Neurons and registers: how many of each. */
const registerCounts = [
  [1, 1],
  [10, 1]
] as const;

/** Which tokens must be repaired: SOM with another choice, number and span, on two last layers and with HAI. */
function study(known: FoundSettings): Variant[] {
  const som = (base: Reading, hai: boolean, ...options: string[]): Variant => ({
    id: [rung(base, {som: true, hai}), ...options].join(" "),
    method: "sfp",
    options: [...(base === "block" ? [] : [`sae=${base}`]), ...(hai ? [] : ["hai=off"]), ...options],
    // With HAI also the paper's own choice of tokens.
    against: [rung(base, {hai}), ...(hai ? [full] : [])]
  });
  const by = (choose: string, cap: number) => [...(choose === "test" ? [] : [`choose=${choose}`]), `cap=${cap}`];
  const references = ["block", "block+som", "block+hai", full, "none", "none+som"];
  return [
    ...chain
      .filter(({id}) => references.includes(id))
      .map((one) => ({...one, against: one.against.filter((id) => references.includes(id))})),
    ...choices.flatMap((choose) => caps[choose].map((cap) => som("block", false, ...by(choose, cap)))),
    ...(["test", "norm"] as const).flatMap((choose) =>
      spans.map((span) => som("block", false, ...by(choose, 10), ...span))
    ),
    ...choices.flatMap((choose) => [5, 10].map((cap) => som("block", true, ...by(choose, cap)))),
    ...choices.flatMap((choose) => [5, 10].map((cap) => som("none", false, ...by(choose, cap)))),
    ...registerCounts.map(([top, count]) => ({
      id: `none registers=${count} top=${top}`,
      method: "clearclip",
      options: registers(known, top, count),
      against: ["none"]
    })),
    ...registerCounts.map(([top, count]) => ({
      id: `clip registers=${count} top=${top}`,
      method: "clip",
      options: registers(known, top, count),
      against: ["clip"]
    })),
    {id: "clip", method: "clip", options: [], against: []}
  ];
}

/** The variants of a protocol for a model. @throws RangeError for a model of which nothing was found */
export function variantsOf(protocol: string, model: string): readonly Variant[] {
  const known = found[model];
  if (protocol === "repair") {
    if (!known) throw new RangeError(`Nothing is known of ${model}'s neurons; data/report/found.ts lists the models.`);
    return study(known);
  }
  return [...own, ...(known ? since(known, model) : [])];
}

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
  ...rivals.filter(({sliding}) => sliding).map(({name}) => name),
  ...sinceIds
];
