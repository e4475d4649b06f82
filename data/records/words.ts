/** The words that pages can be asked for when no text tower is at hand, and their vectors. */
import {readFileSync} from "node:fs";
import {encodeWords} from "../../components/records/arrow.js";
import type {LexiconFile} from "../../components/model/lexicon.js";
import {concat} from "../../components/model/outputs.js";
import {parseLabels} from "../../components/model/segmentation/labels.js";
import {plain} from "../../components/model/spelling.js";
import {progress} from "../files/progress.js";
import type {LoadedModel} from "../engine/index.js";
import {readPhotoWords} from "../site/credits.js";
import {imageFolder} from "../site/photos.js";
import {computedOrSnapshot} from "./computed.js";

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as T;
}

/**
 * The general words of the lexicon, the queries of all benchmarks in every repository's wording, and whatever
 * data/images/words.json asks for. Words that differ in upper case or hyphens only are one. Short words come first:
 * what is encoded together takes as long as its longest sentence.
 */
export function listedWords(): string[] {
  const {words} = readJson<LexiconFile>("../models/mini/lexicon.json");
  const {datasets} = readJson<{datasets: Record<string, Record<string, unknown>>}>("../labels/classes.json");
  const photos = [...readPhotoWords(imageFolder).values()];
  const all = [
    ...photos.flatMap((text) => parseLabels(text).flatMap((label) => label.words)),
    ...Object.keys(words),
    ...Object.values(datasets).flatMap((lists) =>
      Object.entries(lists).flatMap(([name, list]) => (name.startsWith("queries_") ? stringsIn(list) : []))
    )
  ];
  const different = [...new Map(all.map((word) => [plain(word), word])).values()];
  return different.toSorted((a, b) => a.length - b.length);
}

/** Every text within lists and tables of lists. */
function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/** Words that are encoded together: what was encoded is kept, so an interrupted build loses at most these. */
const together = 16;

/** words.arrow of a model, by its weights where they are here; else the snapshot. */
export function wordsFile(modelId: string): Promise<Uint8Array> {
  return computedOrSnapshot(modelId, "words.arrow", (model) => computeWords(model, listedWords()));
}

/** words.arrow of a model with a text tower. Tells how far it is: several hundred words take minutes, the first time. */
export async function computeWords(
  model: LoadedModel,
  words: readonly string[],
  told: NodeJS.WritableStream = process.stderr
): Promise<Uint8Array> {
  const rows: Float32Array[] = [];
  const bar = progress(told, `words of ${model.id}`, words.length);
  let width = 0;
  for (let from = 0; from < words.length; from += together) {
    const text = await model.text(words.slice(from, from + together));
    rows.push(text.vectors);
    ({width} = text);
    bar.update(Math.min(words.length, from + together));
  }
  bar.end();
  return encodeWords(words, {width, values: concat(rows, Float32Array)});
}
