/** What makes a picture's high-norm patches: its neurons and heads, and what becomes of it without them. */
import {
  highNormPatches,
  largestOverMedian,
  listedNeurons,
  meanCosine,
  otherPatches,
  sweptNeurons,
  type ChangedNumbers,
  type NeuronCause,
  type PhotoCauses
} from "../../analysis/causes.js";
import {highNormRatio} from "../../analysis/norms.js";
import {imageScores, MeanScores, type ScoredNeuron, type SearchOptions} from "../../analysis/registerNeurons.js";
import {mean, median} from "../../analysis/arrays.js";
import {prefixLength, type Grid} from "../../records/record.js";
import {eachLayer} from "../outputs.js";
import {fileOf, readFloats, type Checkpoint} from "../safetensors.js";
import type {Model} from "../model.js";
import type {Output} from "../sessions.js";
import type {TensorRef} from "../weights.js";
import {firstChanged} from "./continued.js";
import {formatInterventions, withInterventions} from "./index.js";
import type {Donor, Intervention} from "./kind.js";

/** Outputs by name, such as `norms.8`, of one picture. */
export type Outputs = (name: string) => Output;

/** The layer whose norms tell high-norm patches: the last block's input, which methods read. */
export function toldLayer({geometry: {layers}}: Model): number {
  return layers - 1;
}

/** What `neuronCauses` reads. */
export function neuronOutputs({geometry: {layers}}: Model): string[] {
  return eachLayer(layers, (l) => [`hidden.${l}`, `tokens.${l}`, `norms.${l}`]).flat();
}

/** What `changedNumbers` reads. */
export function numbersOutputs({geometry: {layers, classes}}: Model): string[] {
  const every = eachLayer(layers, (l) => [`norms.${l}`, `class.${l}`, `outliers.${l}`]).flat();
  return [...every, "features", "image", ...(classes ? ["logits"] : [])];
}

/** Norms of the patches alone. */
export function outputNorms(model: Model, output: Outputs, layer: number): Float32Array {
  return (output(`norms.${layer}`).data as Float32Array).subarray(prefixLength(model.geometry.prefix));
}

/** The high-norm patches of a picture, in the layer that tells them. */
export function toldPatches(model: Model, output: Outputs): number[] {
  return highNormPatches(outputNorms(model, output, toldLayer(model)));
}

/** Scores of all neurons, L × M, as the verb `neurons` has them; undefined for a picture without high-norm patches. */
export function neuronScores(model: Model, output: Outputs): Float64Array[] | undefined {
  const {geometry} = model;
  const told = toldLayer(model);
  const search: Pick<SearchOptions, "threshold" | "sparse" | "class_token"> = {
    threshold: highNormRatio * median(outputNorms(model, output, told)),
    sparse: "on",
    class_token: "drop"
  };
  return imageScores(
    {
      norms: output(`norms.${told}`).data,
      hidden: eachLayer(geometry.layers, (l) => output(`hidden.${l}`).data),
      prefix: prefixLength(geometry.prefix)
    },
    search
  );
}

/** What makes a picture's high-norm patches, and its numbers as it is. Without such patches there is no neuron to tell. */
export function pictureCauses(
  model: Model,
  output: Outputs,
  {grid, classNames}: {grid: Grid; classNames?: readonly string[]}
): Omit<PhotoCauses, "heads" | "answers"> {
  const mean = new MeanScores();
  const scores = neuronScores(model, output);
  if (scores) mean.add(scores);
  const ranked = mean.rank({lowest: 1, highest: model.geometry.layers, top: sweptNeurons});
  return {
    grid,
    headCount: model.geometry.heads,
    layer: toldLayer(model),
    neurons: neuronCauses(model, output, ranked.slice(0, listedNeurons)),
    ranked: ranked.map(({layer, index}) => ({layer, index})),
    plain: changedNumbers(model, {plain: output, output, list: []}, classNames)
  };
}

/** What each of some neurons does in a picture that has high-norm patches. */
function neuronCauses(model: Model, output: Outputs, neurons: readonly ScoredNeuron[]): NeuronCause[] {
  const {width, mlp, layers} = model.geometry;
  const before = prefixLength(model.geometry.prefix);
  const high = toldPatches(model, output);
  const count = output("norms.1").data.length - before;
  const others = otherPatches(count, high);
  const stream = (l: number, patch: number) =>
    (output(`tokens.${l}`).data as Float32Array).subarray((before + patch) * width, (before + patch + 1) * width);
  const directions = new Map<number, Directions>();
  return neurons.map((neuron): NeuronCause => {
    const {layer, index} = neuron;
    const hidden = output(`hidden.${layer}`).data;
    const map = Array.from({length: count}, (_, patch) => hidden[(before + patch) * mlp + index]);
    const known = directions.get(layer) ?? {
      own: outputDirections(model, layer),
      theirs: meanDirection(high.map((patch) => stream(layer, patch)))
    };
    directions.set(layer, known);
    const own = known.own(index);
    const length = Math.hypot(...own);
    const along = (l: number, patches: readonly number[]) =>
      mean(patches.map((patch) => dot(stream(l, patch), own) / length));
    const most = mean(high.map((patch) => map[patch]));
    return {
      ...neuron,
      high: most,
      others: mean(others.map((patch) => map[patch])),
      cosine: dot(known.theirs, own) / length,
      adds: most * dot(known.theirs, own),
      map,
      along: {high: eachLayer(layers, (l) => along(l, high)), others: eachLayer(layers, (l) => along(l, others))}
    };
  });
}

/** Directions in a layer's output: that in which each neuron writes, and that of the high-norm patches. */
interface Directions {
  own(index: number): Float64Array;
  theirs: Float64Array;
}

/**
 * What one unit of a neuron's activation adds to the stream: its column of the MLP's last matrix, LayerScale included.
 * The matrix is read once for all neurons of the layer.
 */
function outputDirections(
  {image, checkpoint, geometry: {width, mlp}}: Model,
  layer: number
): (index: number) => Float64Array {
  const {contract, scale2} = image.blocks[layer - 1];
  const weights = readRows(checkpoint, contract.weight);
  const scale = scale2 && readFloats(checkpoint, scale2);
  return (index) =>
    Float64Array.from({length: width}, (_, i) => {
      const value = contract.stored === "out×in" ? weights[i * mlp + index] : weights[index * width + i];
      return value * (scale ? scale[i] : 1);
    });
}

/** A matrix as float32, 8-bit rows widened. */
function readRows(checkpoint: Checkpoint, ref: TensorRef): Float32Array {
  if (ref.type !== "I8" || !ref.scale) return readFloats(checkpoint, ref);
  const {buffer, byteOffset} = fileOf(checkpoint, ref);
  const scale = readFloats(checkpoint, ref.scale);
  const columns = ref.length / scale.length;
  return Float32Array.from(
    new Int8Array(buffer, byteOffset + ref.offset, ref.length),
    (value, i) => value * scale[Math.floor(i / columns)]
  );
}

/** The mean of vectors at unit length, at unit length. */
function meanDirection(rows: readonly Float32Array[]): Float64Array {
  const sum = new Float64Array(rows[0].length);
  for (const row of rows) {
    const length = Math.hypot(...row);
    for (const i of sum.keys()) sum[i] += row[i] / length;
  }
  const length = Math.hypot(...sum);
  return sum.map((value) => value / length);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += a[i] * b[i];
  return sum;
}

/** Two runs: the plain one, and one with a list of interventions. */
export interface PlainAndChanged {
  plain: Outputs;
  output: Outputs;
  list: readonly Intervention[];
  donors?: ReadonlyMap<number, Donor>;
}

/** The numbers that tell what a list of interventions did; without a list, those of the plain run. */
export function changedNumbers(
  model: Model,
  {plain, output, list, donors}: PlainAndChanged,
  classNames?: readonly string[]
): ChangedNumbers {
  const {layers, heads, features} = model.geometry;
  const first = list.length ? Math.min(layers, firstChanged(withInterventions(model, list, {donors}))) : 1;
  const told = eachLayer(layers - first + 1, (l) => l + first - 1);
  const high = toldPatches(model, plain);
  const patches = outputNorms(model, plain, 1).length;
  return {
    text: formatInterventions(list),
    first,
    norms: told.map((l) => [...outputNorms(model, output, l)]),
    classRows: told.map((l) => meanRow(output(`class.${l}`).data, heads)),
    outliers: told.map((l) => Array.from(output(`outliers.${l}`).data).flatMap((on, patch) => (on ? [patch] : []))),
    ...(classNames && model.geometry.classes && {classes: topClasses(output("logits").data, classNames)}),
    image: [...output("image").data],
    kept: meanCosine(plain("features").data, output("features").data, features, otherPatches(patches, high))
  };
}

/** The mean over heads of H × N, in times uniform. */
function meanRow(rows: ArrayLike<number>, heads: number): number[] {
  const patches = rows.length / heads;
  return Array.from({length: patches}, (_, patch) => {
    let sum = 0;
    for (let head = 0; head < heads; ++head) sum += rows[head * patches + patch];
    return (sum / heads) * patches;
  });
}

const mostClasses = 5;

function topClasses(logits: ArrayLike<number>, names: readonly string[]) {
  const most = Array.from(logits).reduce((a, b) => Math.max(a, b));
  const raised = Array.from(logits, (value) => Math.exp(value - most));
  const sum = raised.reduce((a, b) => a + b);
  return raised
    .map((value, i) => ({name: names[i], probability: value / sum}))
    .toSorted((a, b) => b.probability - a.probability)
    .slice(0, mostClasses);
}

/** The largest norm over the median in the layer that tells it. */
export function toldRatio(model: Model, output: Outputs): number {
  return largestOverMedian(outputNorms(model, output, toldLayer(model)));
}

/** The first neurons of a list, switched off. */
export function without(neurons: readonly {layer: number; index: number}[]): Intervention[] {
  return neurons.map(({layer, index}) => ({kind: "neuron", values: {layer, index, how: "set", value: 0, patches: []}}));
}
