/** Tiny benchmarks on disk, and a backend that needs no model. */
import {mkdirSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {encode} from "fast-png";
import sharp from "sharp";
import type {Dataset} from "../../components/model/evaluation/datasets.js";
import type {Backend, OpenBackend} from "../../data/cli/backend.js";
import type {Streams} from "../../data/files/output.js";

/**
 * Writes `names.length` pictures of one colour each with label maps by `labels(image, pixel)`, in a benchmark's layout.
 *
 * @param form which of the data set's label forms to write
 */
export async function writeDataset(
  root: string,
  dataset: Dataset,
  names: readonly string[],
  labels: (image: number, pixel: number) => number,
  form = 0
): Promise<void> {
  const width = 24;
  const height = 16;
  for (const [i, name] of names.entries()) {
    const image = join(root, dataset.images.folder, name + dataset.images.suffix);
    const mask = join(root, dataset.labels[0], name + dataset.forms[form].suffix);
    for (const file of [image, mask]) mkdirSync(dirname(file), {recursive: true});
    const background = {r: (40 * i) % 256, g: (90 * i + 30) % 256, b: (60 * i + 90) % 256};
    await sharp({create: {width, height, channels: 3, background}}).toFile(image);
    const data = Uint8Array.from({length: width * height}, (_, pixel) => labels(i, pixel));
    writeFileSync(mask, encode({width, height, data, channels: 1, depth: 8}));
  }
  if (dataset.lists.length) {
    const list = join(root, dataset.lists[0]);
    mkdirSync(dirname(list), {recursive: true});
    writeFileSync(list, names.join("\n") + "\n");
  }
}

const width = 8;

/** Numbers in −0.5…0.5 that depend only on a word. */
function vectorOf(word: string): number[] {
  let state = 1;
  for (const letter of word) state = (Math.imul(state, 31) + letter.charCodeAt(0)) >>> 0;
  const numbers = Array.from({length: width}, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
  return numbers.map((value) => value / Math.hypot(...numbers));
}

export interface FakeOptions {
  /** Throws before this image (counted from 0). */
  failAt?: number;
  unknown?: readonly string[];
}

/** A backend whose features are a fixed function of a window's first pixels; grid 2 × 2. */
export function fakeBackend({failAt = Infinity, unknown = []}: FakeOptions = {}): OpenBackend {
  let images = 0;
  return async ({model = "vit-ti-16", method, option}): Promise<Backend> => ({
    provenance: {model, weights: "00", device: "fake", method, options: [...option], versions: {fake: "1"}},
    geometry: {patch: 16, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]},
    async text(words) {
      const missing = words.filter((word) => unknown.includes(word));
      if (missing.length)
        throw Object.assign(new Error("unknown"), {
          name: "UnknownWordsError",
          unknown: missing.map((word) => ({word, nearest: []}))
        });
      return {vectors: Float32Array.from(words.flatMap(vectorOf)), width};
    },
    async features({dims: [batch], data}) {
      if (images++ >= failAt) throw new Error("the device was lost");
      const size = data.length / batch;
      const feature = (_: unknown, i: number): number =>
        Math.sin(i * (1 + data[Math.floor(i / (4 * width)) * size]) + data[size - 1]);
      return {grid: [2, 2], width, data: Float32Array.from({length: batch * 4 * width}, feature)};
    },
    async close() {}
  });
}

/** Streams that remember what was written. */
export function memory(): Streams & {out: () => string; err: () => string} {
  let out = "";
  let err = "";
  const stream = (add: (text: string) => void): NodeJS.WritableStream =>
    ({write: (text: string | Uint8Array) => (add(String(text)), true)}) as NodeJS.WritableStream;
  return {
    stdout: stream((text) => (out += text)),
    stderr: stream((text) => (err += text)),
    out: () => out,
    err: () => err
  };
}
