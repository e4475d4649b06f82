/**
 * What every figure's drawing is: an element that can be told what changed. A drawing repaints itself
 * from what it keeps, so a slider's move costs one repaint and no new elements.
 */
export type Drawing<O, E extends Element = HTMLElement> = E & {update(change: Partial<O>): void};

/** Makes an element a drawing. */
export function drawing<O, E extends Element>(element: E, update: (change: Partial<O>) => void): Drawing<O, E> {
  return Object.assign(element, {update});
}

/** The options that a change gives another value. Arrays and functions are told apart by identity. */
export function changedKeys<O extends object>(state: O, change: Partial<O>): (keyof O)[] {
  return (Object.keys(change) as (keyof O)[]).filter((key) => state[key] !== change[key]);
}

/** Round values inside a domain, about `count` of them: 1, 2 or 5 times a power of ten apart. */
export function ticks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.99)! * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({length: last - first + 1}, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
