/** Over many pictures: do a few neurons carry their high-norm patches? */
import {mean} from "../../components/analysis/arrays.js";
import {
  highNormPatches,
  largestOverMedian,
  meanCosine,
  otherPatches,
  type CausesStep,
  type CausesSummary
} from "../../components/analysis/causes.js";
import {meanInterval, shareInterval} from "../../components/analysis/intervals.js";
import type {Neuron} from "../../components/analysis/options.js";
import {seededRandom} from "../../components/analysis/random.js";
import {rankNeurons} from "../../components/analysis/registerNeurons.js";
import {
  neuronScores,
  outputNorms,
  toldLayer,
  toldPatches,
  without
} from "../../components/model/interventions/study.js";
import {eachLayer} from "../../components/model/outputs.js";
import {changedRun, plainRun, type Bench} from "./causes-run.js";

/** How many of the first neurons are switched off, and how many that were drawn by chance. */
const steps = [1, 2, 5, 10, 20, 50];
const chanceSteps = [10];

/** How many draws there are; pictures take turns. */
const draws = 4;

/** What one picture became with some neurons switched off. */
interface Measured {
  ratio: number;
  count: number;
  had: boolean;
  kept: number;
}

/** The scores of the pictures of one half, summed. */
interface Half {
  sums?: Float64Array[];
  count: number;
}

/**
 * Neurons are found on the pictures with even numbers and measured on those with odd ones, and the other way round; the
 * list that is told is found on all.
 */
export async function summariseCauses(
  bench: Bench,
  pictures: readonly string[],
  name: string,
  done: (count: number) => void
): Promise<CausesSummary> {
  const {model} = bench;
  const halves: [Half, Half] = [{count: 0}, {count: 0}];
  const places = {high: 0, corners: 0, born: new Map<number, number>()};
  for (const [i, picture] of pictures.entries()) {
    const {output, run} = await plainRun(bench, picture);
    const scores = neuronScores(model, output);
    if (scores) add(halves[i % 2], scores);
    const high = toldPatches(model, output);
    places.high += high.length;
    places.corners += high.filter((patch) => isCorner(patch, run.grid)).length;
    const born = eachLayer(model.geometry.layers, (l) => l).find(
      (l) => highNormPatches(outputNorms(model, output, l)).length
    );
    if (born) places.born.set(born, (places.born.get(born) ?? 0) + 1);
    done(i / 2);
  }
  const lists = [1, 0].map((half) => ranked(model, [halves[half]]));
  const variants = [
    ...steps.map((neurons) => ({neurons, random: false})),
    ...chanceSteps.map((neurons) => ({neurons, random: true}))
  ];
  const measured = variants.map((): Measured[] => []);
  for (const [i, picture] of pictures.entries()) {
    const list = lists[i % 2];
    const plain = await plainRun(bench, picture);
    for (const [v, {neurons, random}] of variants.entries()) {
      const chosen = random ? byChance(list.slice(0, neurons), model.geometry.mlp, i % draws) : list.slice(0, neurons);
      measured[v].push(await measure(bench, plain, chosen));
    }
    done((pictures.length + i + 1) / 2);
  }
  return {
    name,
    model: model.id,
    weights: model.hash,
    photos: pictures.length,
    counted: halves[0].count + halves[1].count,
    layer: toldLayer(model),
    corners: places.corners / places.high,
    born: Array.from(places.born).toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? 0,
    neurons: ranked(model, halves),
    steps: variants.map((variant, v): CausesStep => ({...variant, ...summed(measured[v])}))
  };
}

function add(half: Half, scores: readonly Float64Array[]): void {
  half.sums ??= scores.map((layer) => new Float64Array(layer.length));
  for (const [l, layer] of scores.entries()) for (const [j, score] of layer.entries()) half.sums[l][j] += score;
  half.count += 1;
}

function ranked({geometry: {layers}}: Bench["model"], halves: readonly Half[]) {
  const known = halves.filter(({count}) => count > 0);
  if (!known.length) throw new Error("No picture of this half has a high-norm patch; more pictures are needed.");
  const count = known.reduce((sum, half) => sum + half.count, 0);
  const means = known[0].sums!.map((layer, l) =>
    layer.map((_, j) => known.reduce((sum, {sums}) => sum + sums![l][j], 0) / count)
  );
  return rankNeurons([means], {lowest: 1, highest: layers, top: steps.at(-1)!});
}

/** As many neurons of the same layers, none of them twice or of the list. */
function byChance(list: readonly Neuron[], mlp: number, seed: number): Neuron[] {
  const random = seededRandom(seed + 1);
  const taken = new Set(list.map(({layer, index}) => `${layer}.${index}`));
  return list.map(({layer}) => {
    for (;;) {
      const index = Math.floor(random() * mlp);
      if (taken.has(`${layer}.${index}`)) continue;
      taken.add(`${layer}.${index}`);
      return {layer, index};
    }
  });
}

async function measure(bench: Bench, plain: Awaited<ReturnType<typeof plainRun>>, chosen: Neuron[]): Promise<Measured> {
  const {model} = bench;
  const names = [`norms.${toldLayer(model)}`, "features"];
  const output = await changedRun(bench, plain, without(chosen), names);
  const norms = outputNorms(model, output, toldLayer(model));
  const had = toldPatches(model, plain.output);
  const others = otherPatches(norms.length, had);
  return {
    ratio: largestOverMedian(norms),
    count: highNormPatches(norms).length,
    had: had.length > 0,
    kept: meanCosine(plain.output("features").data, output("features").data, model.geometry.features, others)
  };
}

function summed(photos: readonly Measured[]): Omit<CausesStep, "neurons" | "random"> {
  const had = photos.filter((photo) => photo.had);
  return {
    ratio: meanInterval(photos.map(({ratio}) => ratio)),
    count: meanInterval(photos.map(({count}) => count)),
    cleared: shareInterval(mean(had.map(({count}) => Number(count === 0))), had.length),
    kept: meanInterval(photos.map(({kept}) => kept))
  };
}

function isCorner(patch: number, [rows, columns]: readonly [number, number]): boolean {
  return [0, columns - 1, (rows - 1) * columns, rows * columns - 1].includes(patch);
}
