/** Interventions on the picture that was looked at: the blocks before the first changed one were run by then. */
import type {ChangedNumbers} from "../../analysis/causes.js";
import {donorRows, donorsOf} from "../../model/interventions/donors.js";
import {parseInterventions} from "../../model/interventions/index.js";
import {runChanged, type PlainRun} from "../../model/interventions/run.js";
import {
  changedNumbers,
  neuronOutputs,
  numbersOutputs,
  pictureCauses,
  type Outputs
} from "../../model/interventions/study.js";
import {toFeatures} from "../../model/outputs.js";
import type {Engine, Output, Pixels} from "../../model/runtime.js";
import type {Sessions} from "../../model/sessions.js";
import type {Calls, OpenModel} from "../protocol.js";
import type {LivePicture} from "./livePicture.js";

/** The open model and the picture that it looked at. */
interface Place {
  engine: Engine;
  sessions: Sessions;
  subject: LivePicture;
  info: OpenModel;
}

/** What the last block makes of each picture without a change: features, and logits where there are any. */
const ends = new WeakMap<LivePicture, Promise<Record<string, Output>>>();

function plainRun({subject}: Place): PlainRun {
  const {grid, pixels} = subject.options;
  const tokens = (layer: number) => {
    const found = subject.plain(`tokens.${layer}`);
    return found && {dims: found.dims, data: found.data as Float32Array};
  };
  return {grid, pixels, tokens};
}

async function plainOutputs(place: Place): Promise<Outputs> {
  const {subject, sessions, engine} = place;
  const outputs = numbersOutputs(engine.model).filter((name) => !subject.plain(name));
  const asked = ends.get(subject) ?? runChanged(sessions, engine.model, plainRun(place), [], {method: "clip", outputs});
  ends.set(subject, asked);
  asked.catch(() => ends.delete(subject));
  const end = await asked;
  return (name) => subject.plain(name) ?? end[name];
}

/** The numbers of the picture with a list of interventions. */
export async function changedPicture(
  place: Place,
  text: string,
  read: (photo: string) => Promise<Pixels>
): Promise<ChangedNumbers> {
  const {engine, sessions, info} = place;
  const {model} = engine;
  const list = parseInterventions(text, model.geometry);
  const donors = await donorRows(engine, donorsOf(list), read);
  const plain = await plainOutputs(place);
  const outputs = numbersOutputs(model);
  const results = await runChanged(sessions, model, plainRun(place), list, {method: "clip", outputs}, donors);
  const output: Outputs = (name) => results[name] ?? plain(name);
  return changedNumbers(model, {plain, output, list, donors}, classNames(info));
}

/** The neurons behind the picture's high-norm tokens, and its numbers as it is. */
export async function causesHere(place: Place): Promise<Calls["causes"]["answer"]> {
  const {engine, subject, info} = place;
  const {grid, pixels} = subject.options;
  const plain = await plainOutputs(place);
  // Its tokens and norms are there; what neurons do is not kept.
  const hidden = neuronOutputs(engine.model).filter((name) => !subject.plain(name));
  const results = await engine.run({method: "clip", grid, outputs: hidden}, pixels);
  return pictureCauses(engine.model, (name) => results[name] ?? plain(name), {grid, classNames: classNames(info)});
}

/** Features of a method for the picture as it is, and with a list of interventions. */
export async function changedFeatures(
  place: Place,
  {text, method}: {text: string; method: string},
  read: (photo: string) => Promise<Pixels>
): Promise<Calls["changedFeatures"]["answer"]> {
  const {engine, sessions} = place;
  const {model} = engine;
  const list = parseInterventions(text, model.geometry);
  const donors = await donorRows(engine, donorsOf(list), read);
  const run = plainRun(place);
  const request = {method, outputs: ["features"]};
  const plain = await runChanged(sessions, model, run, [], request);
  const changed = list.length ? await runChanged(sessions, model, run, list, request, donors) : plain;
  return {plain: toFeatures(plain.features), changed: toFeatures(changed.features)};
}

function classNames({words}: OpenModel): string[] | undefined {
  return words?.file.classes.map(([name]) => name);
}
