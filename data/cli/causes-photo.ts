/** One picture's causes: its neurons and heads, and its numbers with the first neurons switched off. */
import {readFileSync} from "node:fs";
import type {PhotoCauses} from "../../components/analysis/causes.js";
import type {Intervention} from "../../components/model/interventions/index.js";
import {
  changedNumbers,
  numbersOutputs,
  pictureCauses,
  toldLayer,
  toldRatio,
  without
} from "../../components/model/interventions/study.js";
import type {LexiconFile} from "../../components/model/lexicon.js";
import {eachLayer} from "../../components/model/outputs.js";
import {changedRun, plainRun, type Bench} from "./causes-run.js";

export async function photoCauses(bench: Bench, picture: string): Promise<PhotoCauses> {
  const {model} = bench;
  const {layers, heads, classes} = model.geometry;
  const plain = await plainRun(bench, picture);
  const names = classes === 1000 ? classNames() : undefined;
  const study = pictureCauses(model, plain.output, {grid: plain.run.grid, classNames: names});
  const {neurons} = study;
  const answer = async (list: readonly Intervention[]) => {
    const output = await changedRun(bench, plain, list, numbersOutputs(model));
    return changedNumbers(model, {plain: plain.output, output, list}, names);
  };
  const ratios: number[] = [];
  for (const layer of eachLayer(layers, (l) => l))
    for (let head = 1; head <= heads; ++head) {
      const list = [{kind: "head", values: {layer, head, scale: 0}}];
      ratios.push(toldRatio(model, await changedRun(bench, plain, list, [`norms.${toldLayer(model)}`])));
    }
  return {
    ...study,
    heads: ratios,
    answers: neurons.length ? [await answer(without(neurons.slice(0, 1))), await answer(without(neurons))] : []
  };
}

/** The names of ImageNet-1k's classes, the first of each. */
function classNames(): string[] {
  const file = new URL("../models/mini/lexicon.json", import.meta.url);
  const {classes} = JSON.parse(readFileSync(file, "utf8")) as LexiconFile;
  return classes.map(([name]) => name);
}

/** Below this nothing is drawn. */
const least = 5e-5;

/** Numbers as far as figures show them. */
export function shortened(_key: string, value: unknown): unknown {
  if (typeof value !== "number" || Number.isInteger(value)) return value;
  return Math.abs(value) < least ? 0 : Number(value.toPrecision(3));
}
