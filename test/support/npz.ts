/** Arrays of NumPy's .npz files. */
import {readFileSync} from "node:fs";
import {unzipSync} from "fflate";

export interface NpyArray {
  shape: number[];
  data: Float32Array | Int32Array;
}

/** Every array of a .npz file: little-endian float32 or int32, row-major. */
export function readNpz(file: string | URL): Record<string, NpyArray> {
  const entries = unzipSync(new Uint8Array(readFileSync(file)));
  return Object.fromEntries(
    Object.entries(entries).map(([name, bytes]) => [name.replace(/\.npy$/, ""), readArray(bytes)])
  );
}

function readArray(bytes: Uint8Array): NpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint16(8, true);
  const header = new TextDecoder("latin1").decode(bytes.subarray(10, 10 + length));
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? "")
    .split(",")
    .filter((n) => n.trim())
    .map(Number);
  const data = bytes.slice(10 + length).buffer;
  if (/'<f4'/.test(header)) return {shape, data: new Float32Array(data)};
  if (/'<i4'/.test(header)) return {shape, data: new Int32Array(data)};
  throw new Error(`an array of another type: ${header}`);
}
