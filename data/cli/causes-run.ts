/** Runs of pictures for `causes`: the plain one, and those with changes from there on. */
import {fit} from "../../components/model/image/fit.js";
import {inputOf} from "../../components/model/image/input.js";
import type {Intervention} from "../../components/model/interventions/index.js";
import {runChanged, type PlainRun} from "../../components/model/interventions/run.js";
import {neuronOutputs, numbersOutputs, type Outputs} from "../../components/model/interventions/study.js";
import type {Engine} from "../../components/model/runtime.js";
import type {Sessions} from "../../components/model/sessions.js";
import type {LoadedModel} from "../engine/index.js";
import {readPicture} from "../files/picture.js";

/** What pictures are run on. */
export interface Bench {
  model: LoadedModel;
  engine: Engine;
  sessions: Sessions;
}

/** A picture's plain run: all that studies read of it. */
export async function plainRun({model, engine}: Bench, picture: string): Promise<{run: PlainRun; output: Outputs}> {
  const {geometry} = model;
  const square = fit(await readPicture(picture), geometry.patch);
  const {grid, pixels} = inputOf(square, geometry);
  const outputs = [...new Set([...neuronOutputs(model), ...numbersOutputs(model)])];
  const results = await engine.run({method: "clip", grid, outputs}, pixels);
  const tokens = (layer: number) => {
    const {dims, data: values} = results[`tokens.${layer}`];
    return {dims, data: values as Float32Array};
  };
  return {run: {grid, pixels, tokens}, output: (name) => results[name]};
}

/** Outputs of a changed run; of layers before the change those of the plain one. */
export async function changedRun(
  {model, sessions}: Bench,
  {run, output}: {run: PlainRun; output: Outputs},
  list: readonly Intervention[],
  outputs: string[]
): Promise<Outputs> {
  const results = await runChanged(sessions, model, run, list, {method: "clip", outputs});
  return (name) => results[name] ?? output(name);
}
