/** Words as they are looked up, and which known words are spelt like one that is not. */

/** Lower case, blanks for hyphens and underscores, runs of blanks collapsed. */
export function plain(word: string): string {
  return word
    .toLowerCase()
    .replace(/[\s_-]+/g, " ")
    .trim();
}

/** Forms that rules do not give. */
const irregular: Readonly<Record<string, string>> = {
  people: "person",
  men: "man",
  women: "woman",
  children: "child",
  mice: "mouse",
  lice: "louse",
  geese: "goose",
  feet: "foot",
  teeth: "tooth",
  oxen: "ox",
  dice: "die",
  cacti: "cactus",
  fungi: "fungus"
};

/** WordNet's rules for nouns: what an ending becomes. */
const endings: readonly [RegExp, string][] = [
  [/men$/, "man"],
  [/ies$/, "y"],
  [/ves$/, "f"],
  [/ves$/, "fe"],
  [/(s|x|z|ch|sh|o)es$/, "$1"],
  [/([^s])s$/, "$1"]
];

/** What a word may be the plural of, as `plain` writes it: the last of its words alone changes. */
export function singulars(word: string): string[] {
  const name = plain(word);
  const [, before, last] = /^(.* )?(\S*)$/.exec(name)!;
  const known = Object.hasOwn(irregular, last) ? [irregular[last]] : [];
  const ruled = endings.flatMap(([ending, becomes]) => (ending.test(last) ? [last.replace(ending, becomes)] : []));
  return [...known, ...ruled].filter((form) => form.length > 1).map((form) => (before ?? "") + form);
}

/** What a word's plural may be. */
function plurals(word: string): string[] {
  const name = plain(word);
  return [`${name}s`, `${name}es`, name.replace(/y$/, "ies"), name.replace(/fe?$/, "ves")].filter(
    (form) => form !== name
  );
}

/** A word's other number, where that is known. */
export function otherNumber(word: string, isKnown: (form: string) => boolean): string | undefined {
  return [...singulars(word), ...plurals(word)].find(isKnown);
}

/**
 * Words near in meaning, the nearest first; undefined for a word that is not known to be one.
 * See `data/files/wordnet.ts`.
 */
export type Meaning = (word: string) => readonly string[] | undefined;

/**
 * Up to three known words, as `plain` writes them, that may stand for another: its other number; else words near in
 * meaning; else, where nobody knows the word, those spelt like it. None when none is near.
 */
export function nearestWords(word: string, known: readonly string[], meaning?: Meaning): string[] {
  const set = new Set(known);
  const form = otherNumber(word, (one) => set.has(one));
  if (form !== undefined) return [form];
  const close = meaning && [plain(word), ...singulars(word)].map(meaning).find((near) => near !== undefined);
  return (close ? close.filter((one) => set.has(one)) : speltAlike(plain(word), known)).slice(0, 3);
}

/** Known words that hold the word whole or are held by it, and those a few letters away: one in three at most. */
function speltAlike(name: string, known: readonly string[]): string[] {
  const within = (a: string, b: string) => ` ${a} `.includes(` ${b} `);
  return known
    .map((other) => {
      const distance = editDistance(name, other);
      const part = within(other, name) || within(name, other);
      return {other, distance, near: part || distance <= Math.min(name.length, other.length, 9) / 3};
    })
    .filter(({near}) => near)
    .toSorted((a, b) => a.distance - b.distance)
    .map(({other}) => other);
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({length: b.length + 1}, (_, j) => j);
  for (let i = 1; i <= a.length; ++i) {
    const next = [i];
    for (let j = 1; j <= b.length; ++j)
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length];
}

/** Words that cannot be answered, each with the nearest ones that can. */
export class UnknownWordsError extends Error {
  override name = "UnknownWordsError";

  /**
   * @param source what has no such words, as a sentence begins with it
   * @param remedy a sentence on what to do
   * @param known every word that can be answered
   */
  constructor(
    readonly unknown: {word: string; nearest: string[]}[],
    private readonly about: {source: string; remedy?: string; known?: readonly string[]}
  ) {
    const {source, remedy = ""} = about;
    const each = unknown.map(
      ({word, nearest}) => `“${word}”${nearest.length ? ` (nearest: ${nearest.join(", ")})` : ""}`
    );
    super(`${source} no ${unknown.length > 1 ? "words" : "word"} ${each.join("; ")}. ${remedy}`.trim());
  }
  /**
   * The same with nearest words by their meaning.
   *
   * @param meaningAmong what is near, of the words that can be answered
   */
  byMeaning(meaningAmong: (known: readonly string[]) => Meaning): UnknownWordsError {
    const {known} = this.about;
    if (!known) return this;
    const meaning = meaningAmong(known);
    const unknown = this.unknown.map(({word}) => ({word, nearest: nearestWords(word, known, meaning)}));
    return new UnknownWordsError(unknown, this.about);
  }
}
