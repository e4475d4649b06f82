/** Proves a checkpoint on this machine: whether it is whole, and whether it sees what is on the project's photos. */
import {existsSync} from "node:fs";
import {join} from "node:path";
import {prefixLength} from "../../components/records/record.js";
import {max, median} from "../../components/analysis/arrays.js";
import {fit} from "../../components/model/image/fit.js";
import {resizeBicubic} from "../../components/model/image/resample-bicubic.js";
import {inputOf} from "../../components/model/image/input.js";
import {floatTypes, readFloats} from "../../components/model/safetensors.js";
import type {Engine, Output} from "../../components/model/runtime.js";
import {readPicture} from "../files/picture.js";
import {imageFolder} from "../site/photos.js";
import {openEngine, type LoadedModel} from "../engine/index.js";

/** What is on a photo: a word that describes it, and the ImageNet-1k classes that are right, where there are any. */
const subjects = [
  {file: "astronaut.png", word: "astronaut", classes: []},
  {file: "chelsea.png", word: "cat", classes: [281, 282, 283, 284, 285]},
  {file: "china.jpg", word: "temple", classes: [663, 698, 832]},
  {file: "coffee.png", word: "coffee", classes: [504, 967, 968, 969]},
  {file: "flower.jpg", word: "flower", classes: []},
  {file: "motorcycle_left.png", word: "motorcycle", classes: [665, 670]},
  {file: "rocket.jpg", word: "rocket", classes: [657, 744, 812]}
];

/** How many of the highest classes count as an answer. */
const top = 5;

export interface ModelAnswer {
  photo: string;
  /** What the model says it is, where it can say anything. */
  answer?: string;
  right?: boolean;
  /** Norms of the last block's patches: median and largest. */
  medianNorm: number;
  largestNorm: number;
}

export interface ModelCheck {
  model: string;
  family: string;
  /** One line. */
  verdict: string;
  good: boolean;
  /** Numbers among the weights that are not finite, and all of them. */
  notFinite: number;
  parameters: number;
  guesses: readonly string[];
  photos: ModelAnswer[];
}

/**
 * Checks a model: all weights are finite; on seven photos the right word is nearest among seven (models with a text
 * tower), or a right class is among the first five (ImageNet-1k's classifiers); patch norms lie where trained models have them.
 */
export async function checkModel(model: LoadedModel): Promise<ModelCheck> {
  const {notFinite, parameters} = countWeights(model);
  // Nothing can be seen through such numbers: that they are there is the verdict.
  if (notFinite) return judge(model, {notFinite, parameters, photos: []});
  const engine = openEngine(model, {device: "cpu"});
  const photos: ModelAnswer[] = [];
  try {
    const name = await nameWith(model);
    for (const subject of subjects)
      if (existsSync(join(imageFolder, subject.file))) photos.push(await checkPhoto(engine, subject, name));
  } finally {
    await engine.close();
  }
  return judge(model, {notFinite, parameters, photos});
}

function countWeights({checkpoint}: LoadedModel) {
  let [notFinite, parameters] = [0, 0];
  for (const tensor of checkpoint.tensors.values()) {
    if (!floatTypes.includes(tensor.type)) continue;
    const values = readFloats(checkpoint, tensor);
    parameters += values.length;
    for (const value of values) if (!Number.isFinite(value)) ++notFinite;
  }
  return {notFinite, parameters};
}

type Naming = (
  results: Record<string, Output>,
  subject: (typeof subjects)[number]
) => {answer: string; right?: boolean};

/** How a model says what is on a picture; undefined where it cannot. */
async function nameWith(model: LoadedModel): Promise<Naming | undefined> {
  if (model.textTower) {
    const words = subjects.map(({word}) => word);
    const {vectors, width} = await model.text(words);
    return ({image}, {word}) => {
      const scores = words.map((_, i) => dot(vectors.subarray(i * width, (i + 1) * width), image.data));
      const answer = words[scores.indexOf(Math.max(...scores))];
      return {answer, right: answer === word};
    };
  }
  if (model.geometry.classes !== 1000) return undefined;
  return ({logits}, {classes}) => {
    const order = [...logits.data.keys()].toSorted((a, b) => logits.data[b] - logits.data[a]).slice(0, top);
    const right = classes.length ? order.some((one) => classes.includes(one)) : undefined;
    return {answer: `classes ${order.join(", ")}`, right};
  };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += a[i] * b[i];
  return sum;
}

async function checkPhoto(engine: Engine, subject: (typeof subjects)[number], name?: Naming): Promise<ModelAnswer> {
  const {geometry} = engine.model;
  const {layers, trainedGrid, patch, prefix} = geometry;
  const picture = await readPicture(join(imageFolder, subject.file));
  // Never more than 16 × 16 patches: DINOv2's trained grid of 37 × 37 would take a minute a photo.
  const side = Math.min(trainedGrid, 16);
  const size = side * patch;
  const square = geometry.squash ? resizeBicubic(picture, size, size) : fit(picture, patch, {shape: "square", size});
  const {grid, pixels} = inputOf(square, geometry);
  const outputs = [`norms.${layers}`, "image", ...(geometry.classes === undefined ? [] : ["logits"])];
  const results = await engine.run({method: "clip", grid, outputs}, pixels);
  const norms = (results[`norms.${layers}`].data as Float32Array).subarray(prefixLength(prefix));
  return {
    photo: subject.file,
    ...name?.(results, subject),
    medianNorm: median(norms),
    largestNorm: norms.every(Number.isFinite) ? max(norms) : NaN
  };
}

/**
 * The largest patch norm of the last block over the median, photo by photo. ViT-Ti/16 has 25 to 31, `mini` 25 to 30;
 * models with registers have few outliers and stay near 1. Beyond these bounds a block is damaged, or patches do not
 * differ at all.
 */
const ratios = [1.02, 100] as const;

/** The largest median over the smallest, among photos: 1.24 for ViT-Ti/16. A trained network keeps one scale. */
const mostSpread = 3;

/** The part of the photos that have to be named rightly; by chance it would be a seventh, or far fewer. */
const leastRight = 0.8;

/** What is odd about the norms; undefined where nothing is. */
function normProblem(photos: readonly ModelAnswer[]): string | undefined {
  for (const {photo, medianNorm, largestNorm} of photos) {
    if (!(medianNorm > 0) || !Number.isFinite(largestNorm)) return `the patch norms of ${photo} are not finite`;
    const ratio = largestNorm / medianNorm;
    if (ratio > ratios[1])
      return `the largest patch norm of ${photo} is ${ratio.toFixed(0)} times the median, and ${ratios[1]} is more than trained models have`;
    if (ratio < ratios[0]) return `the patches of ${photo} have nearly one norm, as an untrained network's have`;
  }
  const medians = photos.map(({medianNorm}) => medianNorm);
  if (Math.max(...medians) > mostSpread * Math.min(...medians))
    return `median patch norms are from ${Math.min(...medians).toPrecision(2)} to ${Math.max(...medians).toPrecision(2)}, photo by photo`;
  return undefined;
}

function judge(
  {id, family, guesses}: LoadedModel,
  {notFinite, parameters, photos}: Pick<ModelCheck, "notFinite" | "parameters" | "photos">
): ModelCheck {
  const asked = photos.filter(({right}) => right !== undefined);
  const right = asked.filter((photo) => photo.right).length;
  const oddNorms = normProblem(photos);
  const problems = [
    ...(notFinite ? [`${notFinite} of its numbers are not finite`] : []),
    ...(oddNorms ? [oddNorms] : []),
    ...(right < leastRight * asked.length ? [`it names ${right} of ${asked.length} photos rightly`] : [])
  ];
  const good = problems.length === 0;
  const seen = asked.length
    ? `it names ${right} of ${asked.length} photos rightly`
    : "it has neither a text tower nor ImageNet's classes, so what it sees cannot be asked";
  const millions = `${(parameters / 1e6).toFixed(1)} million`;
  const verdict = good
    ? `${id}: ${asked.length ? "works" : "is whole"}. All of ${millions} numbers are finite; ${seen}; patch norms lie where trained models have them.`
    : `${id}: does not work as it should: ${problems.join("; ")}. Fetch it again, or see whether its config is another model's.`;
  return {model: id, family: family.title, verdict, good, notFinite, parameters, guesses, photos};
}
