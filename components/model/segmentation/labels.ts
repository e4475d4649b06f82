/** A class to look for: what the legend calls it, and the words that stand for it. */
export interface LabelClass {
  name: string;
  words: string[];
}

/** How a list of classes is read. */
export interface LabelOptions {
  /**
   * A word given twice is an error in what a person types. Class files of benchmarks have some: SCLIP's for COCO-Object
   * has *bed* among its background and as a class.
   */
  repeats?: "refuse" | "keep";
}

/**
 * Reads classes as people have them: `"cat; dog, puppy; grass"` are three classes, the second with two synonyms.
 * The first word of a class is its name. Semicolons and line breaks separate classes, commas words of one; the same signs
 * of Chinese keyboards do too. Separators at a line's end, blank lines, numbers or dashes before every line, and comments
 * (from `#` or `//` on) are passed over. A list of quoted names, as in Python or JSON, is read as what it holds: mmseg's
 * `classes=("wall", "building")`, or `[["cat"], ["dog", "puppy"]]`.
 *
 * @throws Error that names the empty class, the empty word, or the word given twice (upper and lower case are one)
 */
export function parseLabels(text: string, {repeats = "refuse"}: LabelOptions = {}): LabelClass[] {
  const classes = quotedClasses(text) ?? typedClasses(text);
  if (!classes.length) throw new Error(`No labels. Write classes like "cat; dog, puppy; grass".`);
  const owners = new Map<string, number>();
  return classes.map((given, i) => {
    const words: string[] = [];
    for (const word of given) {
      const owner = owners.get(word.toLowerCase());
      if (owner !== undefined && repeats === "refuse")
        throw new Error(
          owner === i
            ? `Class ${i + 1} names "${word}" twice.`
            : `"${word}" is in class ${owner + 1} and in class ${i + 1}; the two could not be told apart.`
        );
      if (owner === i) continue;
      owners.set(word.toLowerCase(), i);
      words.push(word);
    }
    return {name: words[0], words};
  });
}

/** Classes on one line, as they are typed. */
export function formatLabels(classes: readonly {words: readonly string[]}[]): string {
  return classes.map(({words}) => words.join(", ")).join("; ");
}

/** The words of each class of a list with separators. */
function typedClasses(text: string): string[][] {
  const lines = text
    .split(/\r\n?|[\n\u2028\u2029]/)
    .map((line) =>
      line
        .replace(/(^|\s)(#|\/\/).*/, "")
        .replace(/；/g, ";")
        .replace(/[，、]/g, ",")
        .trim()
    )
    .filter(Boolean);
  const bullet = /^(\d+\s*[.:)\t]|[-*•])\s*/;
  const bare =
    lines.length > 1 && lines.every((line) => bullet.test(line))
      ? lines.map((line) => line.replace(bullet, ""))
      : lines;
  const parts = bare
    .map((line) => line.replace(/[;,\s]+$/, ""))
    .filter(Boolean)
    .flatMap((line) => line.split(";").map((part) => ({part, line})));
  return parts.map(({part, line}, i) => {
    if (!part.trim()) throw new Error(`Class ${i + 1} is empty in "${line}".`);
    const words = part.replace(/,\s*$/, "").split(",").map(trimmed);
    if (words.includes("")) throw new Error(`Class ${i + 1} has an empty word in "${part.trim()}".`);
    return words;
  });
}

/** A word with single blanks and without quotation marks around it. */
function trimmed(word: string): string {
  return word
    .trim()
    .replace(/^(["'])(.*)\1$/, "$2")
    .trim()
    .replace(/\s+/g, " ");
}

/** The words of each class of a Python or JSON list; undefined where the text is none. */
function quotedClasses(text: string): string[][] | undefined {
  const start = /(?:^\s*|\bclasses\s*["']?\s*[=:]\s*)(?=[[(]\s*[[("'])/i.exec(text);
  if (!start) return undefined;
  const classes: string[][] = [];
  let depth = 0;
  const signs = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|#.*|[[\](){}]/g;
  signs.lastIndex = start.index + start[0].length;
  for (let sign = signs.exec(text); sign; sign = signs.exec(text)) {
    const word = sign[1] ?? sign[2];
    if (word !== undefined) {
      const words = word.replace(/\\(.)/g, "$1").split(",").map(trimmed).filter(Boolean);
      if (depth > 1) classes.at(-1)?.push(...words);
      else if (words.length) classes.push(words);
    } else if ("[({".includes(sign[0])) {
      depth += 1;
      if (depth === 2) classes.push([]);
    } else if ("])}".includes(sign[0]) && (depth -= 1) === 0) break;
  }
  return classes.filter((words) => words.length);
}

/**
 * What must be said when words of different classes have equal vectors: of two, the first always wins.
 *
 * @param text unit rows, one for each word of each class, in order
 */
export function equalWords(
  classes: readonly LabelClass[],
  {vectors, width}: {vectors: Float32Array; width: number}
): string[] {
  const all = classes.flatMap(({words}, of) => words.map((word) => ({word, of})));
  const row = (i: number): Float32Array => vectors.subarray(i * width, (i + 1) * width);
  /** The first word with the same vector, of another class that comes before. */
  const taken = all.map(({of}, i) => all.findIndex((other, j) => j < i && other.of < of && alike(row(j), row(i))));
  return classes.flatMap((_, of) => {
    const own = all.flatMap((word, i) => (word.of === of ? [i] : []));
    const lost = own.filter((i) => taken[i] >= 0);
    const never = lost.length === own.length;
    return lost.map((i) => {
      const first = all[taken[i]];
      const ending = never ? `so class ${of + 1} is never found` : `so it counts for class ${first.of + 1} alone`;
      return `“${all[i].word}” (class ${of + 1}) and “${first.word}” (class ${first.of + 1}) are one to this model, ${ending}.`;
    });
  });
}

/** Whether two unit vectors differ by less than float32 can tell after a network. */
function alike(a: Float32Array, b: Float32Array): boolean {
  for (let i = 0; i < a.length; ++i) if (Math.abs(a[i] - b[i]) > 1e-6) return false;
  return true;
}

/** The class of each query, when queries are the words of all classes in order. */
export function classOfQueries(classes: readonly {words: readonly string[]}[]): Uint16Array {
  return Uint16Array.from(classes.flatMap(({words}, i) => words.map(() => i)));
}

/** How many pixels each class has. */
export function countLabels(labels: ArrayLike<number>, classes: number): Uint32Array {
  const counts = new Uint32Array(classes);
  for (let i = 0; i < labels.length; ++i) ++counts[labels[i]];
  return counts;
}
