// Damaged NumPy arrays: read as what their header says, or refused with the file's name.
import assert from "node:assert/strict";
import {test} from "node:test";
import {parseNpy} from "../../data/files/npy.js";
import {mutations} from "../support/mutate.js";

/** A version 1 file of float32. */
function npy(shape: string, values: readonly number[]): Uint8Array {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }`;
  const padded = `${header.padEnd(117)}\n`;
  const bytes = new Uint8Array(128 + 4 * values.length);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, 118, 0]);
  bytes.set(new TextEncoder().encode(padded), 10);
  bytes.set(new Uint8Array(Float32Array.from(values).buffer), 128);
  return bytes;
}

test("3000 damaged arrays are read or refused", () => {
  const whole = npy("2, 3", [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(parseNpy(whole).shape, [2, 3]);
  for (const [i, damaged] of [...mutations(whole, 3000, 11)].entries()) {
    try {
      const {shape, data} = parseNpy(damaged, "x.npy");
      assert.equal(
        shape.reduce((product, side) => product * side, 1),
        data.length
      );
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      assert.match((error as Error).message, /^x\.npy /, `file ${i}: ${String(error)}`);
    }
  }
});

test("shapes that lie are refused before anything is allocated", () => {
  for (const shape of ["1e9, 1e9", "99999999999, 3", "-2, -3", "2, x", "0x2, 3", "2 3", ", ,", "1.5, 4"])
    assert.throws(() => parseNpy(npy(shape, [1, 2, 3, 4, 5, 6]), "x.npy"), /^Error: x\.npy /, shape);
});
