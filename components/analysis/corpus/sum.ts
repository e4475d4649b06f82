/** Sums up images one after another. */
import {fileVersions} from "../../records/versions.js";
import {jaccard} from "../agreement.js";
import {max} from "../arrays.js";
import {borderDistances} from "../grid.js";
import type {BootstrapOptions} from "../intervals.js";
import {measureIds, mapMeasures, measures, type MeasureId} from "../layerMeasures.js";
import {highNormRatio} from "../norms.js";
import {trunks, type Trunk} from "../../records/record.js";
import type {DetectorId} from "../detectors/index.js";
import {counted, listed, type Values} from "./distribution.js";
import {kept, summed, type Estimate, type Statistic} from "./estimates.js";
import {
  detectorsOf,
  factsOf,
  pairName,
  pairsOf,
  tenthCount,
  type ByDetector,
  type CorpusImage,
  type ImageFacts,
  type DetectorPair
} from "./facts.js";
import {
  bounds,
  digits,
  known,
  type CorpusSummary,
  type EachImage,
  type ObjectShares,
  type PairAgreement
} from "./summary.js";

/** Up to so many images every number is kept and intervals are bootstraps; beyond, memory does not grow with the images. */
export const mostKept = 1000;

/** What is summed up of a detector in a layer. */
interface DetectorLayer {
  places: Float64Array;
  border: Estimate[];
  texture: Estimate[];
  objects: [object: Estimate, background: Estimate, difference: Estimate];
}

interface PairLayer {
  jaccard: Estimate;
  rank: Estimate;
  /** Σ |A| |B| over images, Σ |A|, Σ |B|. */
  expected: number;
  sizes: number;
}

interface TrunkLayer {
  counts: Values;
  mean: Estimate;
  lengths: Values;
}

/** The sum over images of one grid and one model. Memory is constant where the corpus has more than `mostKept` images. */
export class CorpusSum {
  private images = 0;
  private first?: ImageFacts;
  private readonly many: boolean;
  private detectors: DetectorId[] = [];
  private distances: ArrayLike<number> = [];
  private readonly ofDetectors = new Map<DetectorId, DetectorLayer[]>();
  private readonly ofPairs = new Map<string, PairLayer[]>();
  private readonly ofTrunks = new Map<Trunk, TrunkLayer[]>();
  private held = new Set<Trunk>();
  private measured = new Set<Trunk>();
  private labelled = false;
  private onsets: Record<"som" | "mad" | "long", Float64Array> | undefined;
  private names: string[] = [];
  private measureRows?: Record<MeasureId, {mean: Estimate; each: (number | null)[]}[]>;

  /**
   * @param name what the images are called
   * @param total how many there will be
   */
  constructor(
    private readonly name: string,
    total: number,
    private readonly options: BootstrapOptions = {}
  ) {
    this.many = total > mostKept;
  }

  /** @throws Error when the image has another grid or another number of layers than the first */
  add(facts: ImageFacts): void {
    if (!this.first) this.begin(facts);
    const {grid, layers} = this.first!;
    if (String(facts.grid) !== String(grid) || facts.layers !== layers)
      throw new Error(
        `${facts.image} has ${facts.layers} layers of ${facts.grid.join(" × ")} patches, and the images before it ${layers} of ${grid.join(" × ")}.`
      );
    ++this.images;
    this.detectors = this.detectors.filter((id) => facts.sets[id]);
    this.addTrunks(facts);
    for (const id of this.detectors) this.addDetector(id, facts);
    for (const pair of pairsOf(this.detectors)) this.addPair(pair, facts);
    this.addOnsets(facts);
    this.addMeasures(facts);
  }

  /** @throws Error when there was no image */
  summary(): CorpusSummary {
    if (!this.first) throw new Error("A corpus needs at least one image.");
    const {grid, layers, provenance} = this.first;
    const eachDetector = <T>(of: (layer: DetectorLayer) => T): ByDetector<T[]> => ({
      ...Object.fromEntries(this.detectors.map((id) => [id, this.ofDetectors.get(id)!.map(of)])),
      som: this.ofDetectors.get("som")!.map(of)
    });
    const eachTrunk = <T>(has: Set<Trunk>, of: (layer: TrunkLayer) => T): Record<Trunk, T[]> => ({
      plain: has.has("plain") ? this.ofTrunks.get("plain")!.map(of) : [],
      purified: has.has("purified") ? this.ofTrunks.get("purified")!.map(of) : []
    });
    const bounded = (estimates: readonly Estimate[]) => estimates.map((estimate) => bounds(estimate.interval()));
    const {som, mad, long} = this.onsets!;
    return {
      version: fileVersions.summary,
      name: this.name,
      images: this.images,
      grid,
      layers,
      provenance,
      ...(this.many && {intervals: "normal" as const}),
      counts: eachTrunk(this.held, ({counts}) => counts.distribution()),
      meanCounts: eachTrunk(this.held, ({mean}) => bounds(mean.interval())),
      lengths: eachTrunk(this.measured, ({lengths}) => lengths.distribution()),
      places: eachDetector(({places}) => Array.from(places)),
      border: eachDetector(({border}) => bounded(border)),
      texture: eachDetector(({texture}) => bounded(texture)),
      ...(this.labelled && {objects: eachDetector(objectShares)}),
      onsets: {
        som: Array.from(som),
        mad: this.measured.has("plain") ? Array.from(mad) : [],
        long: this.measured.has("plain") ? Array.from(long) : []
      },
      agreement: Array.from({length: layers}, (_, layer) =>
        pairsOf(this.detectors).map((pair) => agreementOf(pair, this.ofPairs.get(pairName(pair))![layer], grid))
      ),
      ...this.eachMeasure()
    };
  }

  private estimate(statistic: Statistic): Estimate {
    return this.many ? summed(statistic) : kept(statistic, this.options);
  }

  /** Prepares for images like this one. */
  private begin(facts: ImageFacts): void {
    const {grid, layers, sets, counts, lengths, measures: own} = facts;
    this.first = facts;
    this.detectors = detectorsOf(sets);
    this.distances = borderDistances(grid);
    this.held = new Set(trunks.filter((trunk) => counts[trunk]));
    this.measured = new Set(trunks.filter((trunk) => lengths[trunk]));
    const everyLayer = <T>(of: () => T): T[] => Array.from({length: layers}, of);
    const ratios = (count: number) => Array.from({length: count}, () => this.estimate("ratio"));
    const farthest = max(this.distances);
    for (const id of this.detectors)
      this.ofDetectors.set(
        id,
        everyLayer(() => ({
          places: new Float64Array(grid[0] * grid[1]),
          border: ratios(farthest + 1),
          texture: ratios(tenthCount),
          objects: [this.estimate("ratio"), this.estimate("ratio"), this.estimate("difference")]
        }))
      );
    for (const pair of pairsOf(this.detectors))
      this.ofPairs.set(
        pairName(pair),
        everyLayer(() => ({jaccard: this.estimate("ratio"), rank: this.estimate("mean"), expected: 0, sizes: 0}))
      );
    const values = (kind: "whole" | "ratio") =>
      this.many
        ? counted(kind === "whole" ? (value) => value : digits(3))
        : listed(kind === "whole" ? (value) => value : digits(4));
    for (const trunk of trunks)
      this.ofTrunks.set(
        trunk,
        everyLayer(() => ({counts: values("whole"), mean: this.estimate("mean"), lengths: values("ratio")}))
      );
    const onset = () => new Float64Array(layers + 1);
    this.onsets = {som: onset(), mad: onset(), long: onset()};
    if (own)
      this.measureRows = mapMeasures(measures, () => everyLayer(() => ({mean: this.estimate("mean"), each: []})));
  }

  private addTrunks({counts, lengths}: ImageFacts): void {
    for (const trunk of trunks) {
      if (!counts[trunk]) this.held.delete(trunk);
      if (!lengths[trunk]) this.measured.delete(trunk);
      for (const [layer, sums] of this.ofTrunks.get(trunk)!.entries()) {
        if (this.held.has(trunk)) {
          sums.counts.add(counts[trunk]![layer]);
          sums.mean.add(counts[trunk]![layer]);
        }
        if (this.measured.has(trunk)) sums.lengths.add(lengths[trunk]![layer]);
      }
    }
  }

  private addDetector(id: DetectorId, {sets, tenths, sides}: ImageFacts): void {
    const set = sets[id]!;
    const patches = tenths.length;
    if (sides) this.labelled = true;
    for (const [layer, sums] of this.ofDetectors.get(id)!.entries()) {
      const own = set.subarray(layer * patches, (layer + 1) * patches);
      for (const [patch, inside] of own.entries()) sums.places[patch] += Number(inside !== 0);
      addGroups(sums.border, own, this.distances);
      addGroups(sums.texture, own, tenths);
      const [over, under] = groupSizes(own, sides ?? new Uint8Array(patches).fill(2), 3);
      for (const side of [0, 1]) sums.objects[side].add(over[side], under[side]);
      sums.objects[2].add(over[0], under[0], over[1], under[1]);
    }
  }

  private addPair(pair: DetectorPair, {sets, ranks, tenths: {length: patches}}: ImageFacts): void {
    const [one, other] = pair.map((id) => sets[id]!);
    for (const [layer, sums] of this.ofPairs.get(pairName(pair))!.entries()) {
      let [both, onlyOne, onlyOther] = [0, 0, 0];
      for (let i = layer * patches; i < (layer + 1) * patches; ++i)
        if (one[i] && other[i]) ++both;
        else if (one[i]) ++onlyOne;
        else if (other[i]) ++onlyOther;
      sums.jaccard.add(both, both + onlyOne + onlyOther);
      sums.rank.add(ranks[pairName(pair)][layer]);
      sums.expected += (both + onlyOne) * (both + onlyOther);
      sums.sizes += 2 * both + onlyOne + onlyOther;
    }
  }

  private addOnsets({sets, lengths, layers, tenths: {length: patches}}: ImageFacts): void {
    const any = (set: Uint8Array | undefined) =>
      Array.from({length: layers}, (_, l) => set?.subarray(l * patches, (l + 1) * patches).some(Boolean) ?? false);
    const count = (into: Float64Array, says: readonly boolean[]) => {
      const at = says.indexOf(true);
      ++into[at < 0 ? layers : at];
    };
    count(this.onsets!.som, any(sets.som));
    count(this.onsets!.mad, any(sets.mad));
    count(this.onsets!.long, lengths.plain?.map((length) => length > highNormRatio) ?? []);
  }

  private addMeasures({image, measures: own}: ImageFacts): void {
    if (!own) this.measureRows = undefined;
    if (!this.measureRows) return;
    if (!this.many) this.names.push(image);
    for (const id of measureIds)
      for (const [layer, {mean, each}] of this.measureRows[id].entries()) {
        const value = known(own![id][layer]);
        mean.add(value ?? NaN);
        if (!this.many) each.push(value);
      }
  }

  /** The measures of the images, as means and one by one; nothing unless all have them. */
  private eachMeasure(): Pick<CorpusSummary, "measures" | "each"> {
    if (!this.measureRows) return {};
    const means = mapMeasures(this.measureRows, (rows) => rows.map(({mean}) => bounds(mean.interval())));
    const each: EachImage = {
      names: this.names,
      measures: mapMeasures(this.measureRows, (rows) => rows.map((row) => row.each))
    };
    return {measures: means, ...(!this.many && {each})};
  }
}

/** How many patches of each group are in the set, and how many there are. */
function groupSizes(set: Uint8Array, groups: ArrayLike<number>, count: number): [inside: number[], all: number[]] {
  const [inside, all] = [Array.from({length: count}, () => 0), Array.from({length: count}, () => 0)];
  for (let i = 0; i < set.length; ++i) {
    ++all[groups[i]];
    if (set[i]) ++inside[groups[i]];
  }
  return [inside, all];
}

function addGroups(estimates: readonly Estimate[], set: Uint8Array, groups: ArrayLike<number>): void {
  const [inside, all] = groupSizes(set, groups, estimates.length);
  for (const [group, estimate] of estimates.entries()) estimate.add(inside[group], all[group]);
}

function objectShares({objects: [object, background, difference]}: DetectorLayer): ObjectShares {
  return {
    object: bounds(object.interval()),
    background: bounds(background.interval()),
    difference: bounds(difference.interval())
  };
}

function agreementOf(pair: DetectorPair, sums: PairLayer, [rows, columns]: readonly [number, number]): PairAgreement {
  const both = sums.expected / (rows * columns);
  return {
    pair,
    jaccard: bounds(sums.jaccard.interval()),
    // Only the sum of what is in one set alone matters.
    chance: known(jaccard({both, onlyA: sums.sizes - 2 * both, onlyB: 0, neither: 0})),
    rank: bounds(sums.rank.interval())
  };
}

/** Sums up images that are all at hand. */
export function corpusSummary(
  name: string,
  images: readonly CorpusImage[],
  options: BootstrapOptions = {}
): CorpusSummary {
  const sum = new CorpusSum(name, images.length, options);
  for (const image of images) sum.add(factsOf(image));
  return sum.summary();
}
