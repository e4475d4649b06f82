/** Rotary positions: queries and keys of patches are turned by angles that grow with their place. */
import type {Grid} from "../records/record.js";

/**
 * DINOv3's angles, or EVA-02's. Both turn pairs of channels, each axis of the picture half of them; they differ in which
 * channels pair up and in what a place is.
 */
export type Rope =
  /** Places from −1 to 1 along each axis; channel i pairs with i + dh / 2; `periods` are dh / 4 numbers. */
  | {kind: "dinov3"; periods: readonly number[]}
  /** Places from 0 to `grid`; neighbours pair up; frequencies are base^(−m / (dh / 4)). */
  | {kind: "eva02"; base: number; grid: number};

/** DINOv3's periods, base^(m / (dh / 4)). */
export function dinov3Periods(base: number, headWidth: number): number[] {
  const count = headWidth / 4;
  return Array.from({length: count}, (_, m) => base ** (m / count));
}

/** Sine and cosine of every patch's angles, N × dh each. */
export function ropeTables(
  rope: Rope,
  [rows, columns]: Grid,
  headWidth: number
): {sine: Float32Array; cosine: Float32Array} {
  const [sine, cosine] = [new Float32Array(rows * columns * headWidth), new Float32Array(rows * columns * headWidth)];
  for (let patch = 0; patch < rows * columns; ++patch) {
    const [i, j] = [Math.floor(patch / columns), patch % columns];
    const angles =
      rope.kind === "dinov3"
        ? halves(rope.periods, i / rows, j / columns, rows, columns)
        : neighbours(rope, i / rows, j / columns, headWidth);
    angles.forEach((angle, k) => {
      sine[patch * headWidth + k] = Math.sin(angle);
      cosine[patch * headWidth + k] = Math.cos(angle);
    });
  }
  return {sine, cosine};
}

/** Angles of [y, x], and these once more. `y` and `x` are i / rows and j / columns. */
function halves(periods: readonly number[], y: number, x: number, rows: number, columns: number): number[] {
  const centre = (at: number, count: number) => 2 * (at + 0.5 / count) - 1;
  const angles = [centre(y, rows), centre(x, columns)].flatMap((place) =>
    periods.map((period) => (2 * Math.PI * place) / period)
  );
  return [...angles, ...angles];
}

/** Angles of [y, x], each twice in a row. */
function neighbours({base, grid}: {base: number; grid: number}, y: number, x: number, headWidth: number): number[] {
  const count = headWidth / 4;
  const bands = Array.from({length: count}, (_, m) => base ** (-m / count));
  return [y, x].flatMap((place) => bands.flatMap((band) => [place * grid * band, place * grid * band]));
}

/**
 * The matrix R, dh × dh, with q R = r(q), so that q' = q cos + r(q) sin: r takes [a, b] to [−b, a], a and b halves of a
 * head's channels (DINOv3) or neighbours (EVA-02).
 */
export function quarterTurn({kind}: Rope, headWidth: number): Float32Array {
  const turn = new Float32Array(headWidth * headWidth);
  const half = headWidth / 2;
  for (let k = 0; k < half; ++k) {
    const [a, b] = kind === "dinov3" ? [k, k + half] : [2 * k, 2 * k + 1];
    turn[b * headWidth + a] = -1;
    turn[a * headWidth + b] = 1;
  }
  return turn;
}
