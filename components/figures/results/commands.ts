/** The words that make a number again. */
import type {MeasuredFile, MeasuredRow} from "../../analysis/measured.js";
import {hasOwnSettings} from "../../model/evaluation/settings.js";
import {methods} from "../../model/methods/index.js";
import type {Benchmark} from "./read.js";

const datasetOf: Record<Benchmark, string> = {
  V21: "voc21",
  PC60: "context60",
  Object: "object",
  V20: "voc20",
  PC59: "context59",
  Stuff: "stuff",
  ADE: "ade",
  City: "cityscapes"
};

/** The command line's name of a method in printed tables; undefined where this project does not have it. */
export function methodName(printed: string): string | undefined {
  const plain = (title: string): string => title.replaceAll(" ", "");
  return Object.values(methods).find(({title}) => plain(title) === plain(printed))?.name;
}

/** Evaluates a method on one benchmark with CLIP; `DIR` is the reader's data set. */
export function evaluateCommand(
  method: string,
  benchmark: Benchmark,
  {model = "clip-vit-b-16", options = [] as readonly string[], proxied = false, propagated = false} = {}
): string {
  return words([
    "npm run sfp -- evaluate",
    `--dataset ${datasetOf[benchmark]}`,
    "--root DIR",
    `--model ${model}`,
    `--method ${method}`,
    proxied || ["needed", "regions"].includes(methods[method].proxy ?? "") ? "--proxy DINO" : "",
    ...options.map((option) => `-o ${option}`),
    propagated ? "--propagate" : "",
    hasOwnSettings(method) ? "" : "--settings alike"
  ]);
}

/** Measures one row of a report again. */
export function reportCommand({provenance, protocol}: MeasuredFile, {id}: MeasuredRow): string {
  const quoted = /[^\w+.-]/.test(id) ? `"${id}"` : id;
  return words([
    "npm run sfp -- report",
    `--model ${provenance.model}`,
    `--protocol ${protocol.name}`,
    `--only ${quoted}`,
    "--again"
  ]);
}

function words(parts: string[]): string {
  return parts.filter(Boolean).join(" ");
}
