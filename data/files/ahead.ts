/** Loading beside computing: while one item is worked on, the next are being loaded. */

/**
 * The items with what is loaded of each, in their order.
 *
 * @param depth how many are loaded ahead; they are in memory together. Those still loading when the caller stops are waited for
 * @throws whatever `load` throws, when the item's turn comes
 */
export async function* ahead<T, U>(
  items: Iterable<T>,
  load: (item: T) => Promise<U>,
  depth = 2
): AsyncGenerator<readonly [T, U]> {
  const waiting: (readonly [T, Promise<U>])[] = [];
  try {
    for (const item of items) {
      const loading = load(item);
      // A failure is told in its turn, and not before somebody listens.
      loading.catch(() => {});
      waiting.push([item, loading]);
      if (waiting.length <= depth) continue;
      const [first, loaded] = waiting.shift()!;
      yield [first, await loaded];
    }
    for (let next = waiting.shift(); next; next = waiting.shift()) yield [next[0], await next[1]];
  } finally {
    // A caller that stops early may then close what loading uses.
    await Promise.allSettled(waiting.map(([, loading]) => loading));
  }
}

/** Items of a stream in groups of at most `size`. */
export async function* groups<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let group: T[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length) yield group;
}
