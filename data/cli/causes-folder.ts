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
import {MeanScores} from "../../components/analysis/registerNeurons.js";
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

/**
 * Neurons are found on the pictures with even numbers and measured on those with odd ones, and the other way round; the
 * list that is told is found on all. The odd pictures are run once, for both; the even ones again once the odd are known.
 */
export async function summariseCauses(
  bench: Bench,
  pictures: readonly string[],
  name: string,
  done: (count: number) => void
): Promise<CausesSummary> {
  const {model} = bench;
  const study = new FolderStudy(bench);
  const [even, odd] = [0, 1].map((half) => pictures.filter((_, i) => i % 2 === half));
  const found = {even: new MeanScores(), odd: new MeanScores()};
  const runs = pictures.length + even.length;
  let ran = 0;
  const told = () => done((pictures.length * (ran += 1)) / runs);
  for (const picture of even) {
    study.find(await plainRun(bench, picture), found.even);
    told();
  }
  const ofEven = ranked(model, found.even);
  for (const [i, picture] of odd.entries()) {
    const plain = await plainRun(bench, picture);
    study.find(plain, found.odd);
    await study.measure(plain, ofEven, 2 * i + 1);
    told();
  }
  const ofOdd = ranked(model, found.odd);
  for (const [i, picture] of even.entries()) {
    await study.measure(await plainRun(bench, picture), ofOdd, 2 * i);
    told();
  }
  const all = found.even;
  all.join(found.odd);
  return {
    name,
    model: model.id,
    weights: model.hash,
    photos: pictures.length,
    counted: all.counted,
    layer: toldLayer(model),
    ...study.places(),
    neurons: ranked(model, all),
    steps: study.steps()
  };
}

type Plain = Awaited<ReturnType<typeof plainRun>>;

/** What is gathered picture by picture. */
class FolderStudy {
  private readonly variants = [
    ...steps.map((neurons) => ({neurons, random: false})),
    ...chanceSteps.map((neurons) => ({neurons, random: true}))
  ];
  private readonly measured = this.variants.map((): Measured[] => []);
  private readonly high = {count: 0, corners: 0};
  private readonly born = new Map<number, number>();

  constructor(private readonly bench: Bench) {}

  /** Adds a picture's neurons to a half's, and where its high-norm patches are. */
  find({output, run}: Plain, half: MeanScores): void {
    const {model} = this.bench;
    const scores = neuronScores(model, output);
    if (scores) half.add(scores);
    const high = toldPatches(model, output);
    this.high.count += high.length;
    this.high.corners += high.filter((patch) => isCorner(patch, run.grid)).length;
    const born = eachLayer(model.geometry.layers, (l) => l).find(
      (l) => highNormPatches(outputNorms(model, output, l)).length
    );
    if (born) this.born.set(born, (this.born.get(born) ?? 0) + 1);
  }

  /** Measures a picture without the first neurons of a list, and without as many drawn by chance. */
  async measure(plain: Plain, list: readonly Neuron[], place: number): Promise<void> {
    const {mlp} = this.bench.model.geometry;
    for (const [v, {neurons, random}] of this.variants.entries()) {
      const first = list.slice(0, neurons);
      const chosen = random ? byChance(first, mlp, place % draws) : first;
      // In the order of the pictures, whichever half was measured first.
      this.measured[v][place] = await measure(this.bench, plain, chosen);
    }
  }

  places(): Pick<CausesSummary, "corners" | "born"> {
    return {
      corners: this.high.corners / this.high.count,
      born: Array.from(this.born).toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? 0
    };
  }

  steps(): CausesStep[] {
    return this.variants.map((variant, v) => ({...variant, ...summed(this.measured[v])}));
  }
}

function ranked({geometry: {layers}}: Bench["model"], scores: MeanScores) {
  if (!scores.counted) throw new Error("No picture of this half has a high-norm patch; more pictures are needed.");
  return scores.rank({lowest: 1, highest: layers, top: steps.at(-1)!});
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

async function measure(bench: Bench, plain: Plain, chosen: readonly Neuron[]): Promise<Measured> {
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
