import assert from "node:assert/strict";
import {test} from "node:test";
import {diverging, position, sequential, signedPosition, valueAt} from "../../components/charts/colour.js";
import {ticks} from "../../components/ui/drawing.js";
import {marks, outline} from "../../components/charts/marks.js";
import {toCsv} from "../../components/figures/export/csv.js";

test("positions are inverted by valueAt, clamped, and 0 for what has no place", () => {
  for (const scale of ["sqrt", "linear", "log"] as const) {
    for (const t of [0.1, 0.4, 0.9, 1]) {
      assert.ok(Math.abs(position(valueAt(t, [2, 50], scale), [2, 50], scale) - t) < 1e-9, scale);
    }
    assert.equal(position(1, [2, 50], scale), 0);
    assert.equal(position(99, [2, 50], scale), 1);
    assert.equal(position(NaN, [2, 50], scale), 0);
    assert.equal(position(1, [1, 1], scale), 0);
  }
});

test("a signed scale is symmetric about a neutral zero", () => {
  for (const scale of ["sqrt", "linear", "log"] as const) {
    assert.equal(signedPosition(0, 5, scale), 0.5);
    assert.ok(Math.abs(signedPosition(3, 5, scale) + signedPosition(-3, 5, scale) - 1) < 1e-12);
  }
  for (const dark of [false, true]) {
    const [r, g, b] = diverging(dark).subarray(127 * 4, 127 * 4 + 3);
    assert.ok(Math.max(r, g, b) - Math.min(r, g, b) < 12, "the middle has no hue");
  }
});

/** CIE lightness of an sRGB colour. */
function lightness([r, g, b]: ArrayLike<number> & Iterable<number>): number {
  const linear = (v: number) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const y = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
}

test("sequential maps change in lightness only one way, evenly, and opposite ways in light and dark", () => {
  for (const dark of [false, true]) {
    const map = sequential(dark);
    const steps = Array.from({length: 17}, (_, i) => lightness(map.subarray(i * 15 * 4, i * 15 * 4 + 3)));
    const differences = steps.slice(1).map((value, i) => (value - steps[i]) * (dark ? 1 : -1));
    const mean = differences.reduce((a, b) => a + b) / differences.length;
    for (const difference of differences)
      assert.ok(difference > 0.45 * mean && difference < 1.7 * mean, `${differences}`);
  }
});

test("ticks are round and inside", () => {
  assert.deepEqual(ticks(0, 10, 5), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(ticks(0.3, 1.1, 4), [0.4, 0.6, 0.8, 1]);
  assert.deepEqual(ticks(3, 3, 4), [3]);
});

test("no two marks share both colour and shape", () => {
  const looks = Object.values(marks).map(({colour, shape}) => `${colour} ${shape}`);
  assert.equal(new Set(looks).size, looks.length);
  for (const {shape} of Object.values(marks)) assert.match(outline(shape, 10), /^M.*Z$/);
});

test("CSV quotes what needs it", () => {
  assert.equal(
    toCsv([
      {a: 1, b: 'x, "y"'},
      {a: 2, b: "z"}
    ]),
    'a,b\n1,"x, ""y"""\n2,z'
  );
  assert.equal(toCsv([]), "");
});
