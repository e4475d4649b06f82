/** A symmetric relation between many things, a bit a pair, and its products with vectors. */

/**
 * Byte `group · size + row` holds whether the row is related to 8·group, 8·group + 1, ... So eight columns at a time a
 * product looks up one of 256 sums, which costs the same however many pairs there are.
 */
export class Pairs {
  private readonly bytes: Uint8Array;

  constructor(readonly size: number) {
    this.bytes = new Uint8Array(Math.ceil(size / 8) * size);
  }

  has(row: number, column: number): boolean {
    return ((this.bytes[(column >> 3) * this.size + row] >> (column & 7)) & 1) === 1;
  }

  /** Relates two things, both ways. */
  join(a: number, b: number): void {
    this.bytes[(b >> 3) * this.size + a] |= 1 << (b & 7);
    this.bytes[(a >> 3) * this.size + b] |= 1 << (a & 7);
  }

  /** The relation among some of them, by their places in the list. */
  among(chosen: readonly number[]): Pairs {
    const out = new Pairs(chosen.length);
    chosen.forEach((column, to) => {
      const from = (column >> 3) * this.size;
      const bit = column & 7;
      const base = (to >> 3) * out.size;
      for (let row = 0; row < chosen.length; ++row)
        out.bytes[base + row] |= ((this.bytes[from + chosen[row]] >> bit) & 1) << (to & 7);
    });
    return out;
  }

  /** For each row the sum of x over what it is related to. */
  sums(x: Float64Array): Float64Array<ArrayBuffer> {
    const {size, bytes} = this;
    const out = new Float64Array(size);
    const table = new Float64Array(256);
    for (let group = 0; group * 8 < size; ++group) {
      for (let bit = 0; bit < 8; ++bit) {
        const value = x[group * 8 + bit] ?? 0;
        for (let t = 0; t < 1 << bit; ++t) table[(1 << bit) + t] = table[t] + value;
      }
      const base = group * size;
      for (let row = 0; row < size; ++row) out[row] += table[bytes[base + row]];
    }
    return out;
  }
}
