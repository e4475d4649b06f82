/** Words as they are looked up, and which known words are spelt like one that is not. */

/** Lower case, blanks for hyphens and underscores, runs of blanks collapsed. */
export function plain(word: string): string {
  return word
    .toLowerCase()
    .replace(/[\s_-]+/g, " ")
    .trim();
}

/** Up to three known words, as `plain` writes them, closest in spelling: sharing a part, then by edit distance. */
export function nearestWords(word: string, known: readonly string[]): string[] {
  const name = plain(word);
  const cost = (other: string) => (other.includes(name) || name.includes(other) ? 0.5 : 1) * editDistance(name, other);
  return known
    .map((other) => ({other, cost: cost(other)}))
    .filter(({other, cost}) => cost <= Math.max(2, Math.min(name.length, other.length) / 2))
    .toSorted((a, b) => a.cost - b.cost)
    .slice(0, 3)
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
   */
  constructor(
    readonly unknown: {word: string; nearest: string[]}[],
    {source, remedy = ""}: {source: string; remedy?: string}
  ) {
    const each = unknown.map(
      ({word, nearest}) => `“${word}”${nearest.length ? ` (nearest: ${nearest.join(", ")})` : ""}`
    );
    super(`${source} no ${unknown.length > 1 ? "words" : "word"} ${each.join("; ")}. ${remedy}`.trim());
  }
}
