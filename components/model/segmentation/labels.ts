/** A class to look for: what the legend calls it, and the words that stand for it. */
export interface LabelClass {
  name: string;
  words: string[];
}

/**
 * Reads classes as people type them: `"cat; dog, puppy; grass"` are three classes, the second with two synonyms.
 * The first word of a class is its name. Line breaks separate classes too; blanks around words do not matter.
 *
 * @throws Error that names the empty class, the empty word, or the word given twice (upper and lower case are one)
 */
export function parseLabels(text: string): LabelClass[] {
  const parts = text.trim().replace(/;$/, "").split(/[;\n]/);
  if (parts.length === 1 && !parts[0].trim())
    throw new Error(`No labels. Write classes like "cat; dog, puppy; grass".`);
  const owners = new Map<string, number>();
  return parts.map((part, i) => {
    if (!part.trim()) throw new Error(`Class ${i + 1} is empty in "${text.trim()}".`);
    const words = part.split(",").map((word) => word.trim().replace(/\s+/g, " "));
    for (const word of words) {
      if (!word) throw new Error(`Class ${i + 1} has an empty word in "${part.trim()}".`);
      const owner = owners.get(word.toLowerCase());
      if (owner !== undefined)
        throw new Error(
          owner === i
            ? `Class ${i + 1} names "${word}" twice.`
            : `"${word}" is in class ${owner + 1} and in class ${i + 1}; the two could not be told apart.`
        );
      owners.set(word.toLowerCase(), i);
    }
    return {name: words[0], words};
  });
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
