/**
 * What a corpus keeps of its images, on disk: a line of JSON for the corpus, then one an image, in the order of their
 * places. A file grows as images are done, so that an interrupted run goes on; a shard of a corpus is such a file, and
 * shards are joined line by line, so that memory is one image of each.
 */
import {appendFileSync, createReadStream, existsSync, renameSync, truncateSync, writeFileSync} from "node:fs";
import {zlibSync, unzlibSync} from "fflate";
import type {ImageFacts} from "../../components/analysis/corpus/facts.js";
import type {Provenance} from "../../components/records/record.js";

const format = "sfp-explorer corpus 1";

/** Which corpus, and which part of it under which model. */
export interface CorpusHead {
  /** What the whole is called. */
  name: string;
  /** How many images the whole has. */
  total: number;
  /** SHA-256 of the list of images. */
  list: string;
  /** From 1. */
  shard: {index: number; of: number};
  provenance: Provenance;
}

/** An image at its place in the corpus's list, 0-based. */
export interface Placed {
  place: number;
  facts: ImageFacts;
}

/** How many images a part has. */
export function imagesOf({total, shard}: CorpusHead): number {
  return Math.max(0, Math.ceil((total - shard.index + 1) / shard.of));
}

/** A file that grows by an image at a time. */
export class CorpusLog {
  private constructor(
    private readonly path: string,
    /** How many images are in it. */
    readonly done: number
  ) {}

  /**
   * Begins a file, or finds where an interrupted run stopped: an image that was not written whole is done again.
   *
   * @param seen hears of each image that is already there
   * @throws Error when the file belongs to another corpus, part or model
   */
  static async open(path: string, head: CorpusHead, seen: (facts: ImageFacts) => void): Promise<CorpusLog> {
    if (!existsSync(path)) writeFileSync(path, headLine(head));
    let done = 0;
    let whole = 0;
    for await (const {text, end} of lines(path)) {
      if (whole === 0) needSame(path, headOf(text), head);
      else {
        seen(factsOfLine(text, head.provenance).facts);
        ++done;
      }
      whole = end;
    }
    if (whole === 0) writeFileSync(path, headLine(head));
    else truncateSync(path, whole);
    return new CorpusLog(path, done);
  }

  append({place, facts}: Placed): void {
    appendFileSync(this.path, factsLine(place, facts));
  }

  /** Gives the file its final name. */
  finish(path: string): void {
    renameSync(this.path, path);
  }
}

/**
 * The first line of a file.
 *
 * @throws Error when it is not the file of a corpus
 */
export async function readHead(path: string): Promise<CorpusHead> {
  for await (const {text} of lines(path)) return headOf(text);
  throw new Error("it is another kind of file");
}

/**
 * The head of the whole that parts make.
 *
 * @throws Error when they are not all the parts of one corpus under one model
 */
export function joinHeads(heads: readonly CorpusHead[]): CorpusHead {
  const [first] = heads;
  const differ = (of: (head: CorpusHead) => unknown) =>
    heads.some((head) => JSON.stringify(of(head)) !== JSON.stringify(of(first)));
  if (differ(({name, total, list}) => [name, total, list])) throw new Error("These are shards of different corpora.");
  if (differ(({provenance: {model, weights, options, notes}}) => [model, weights, options, notes]))
    throw new Error("These shards were computed with different weights.");
  if (differ(({provenance: {versions}}) => versions))
    throw new Error("These shards were computed by different versions of the code; compute them with one.");
  if (differ(({shard}) => shard.of)) throw new Error("These shards are of divisions into different numbers of shards.");
  const {of} = first.shard;
  const given = heads.map(({shard}) => shard.index);
  const twice = given.find((index, i) => given.indexOf(index) !== i);
  if (twice !== undefined) throw new Error(`Shard ${twice} of ${of} comes twice; give each shard once.`);
  const missing = Array.from({length: of}, (_, i) => i + 1).filter((index) => !given.includes(index));
  if (missing.length)
    throw new Error(
      `${missing.length > 1 ? "Shards" : "Shard"} ${missing.join(", ")} of ${of} ${missing.length > 1 ? "are" : "is"} missing; give all of them.`
    );
  const devices = new Set(
    heads.toSorted((a, b) => a.shard.index - b.shard.index).map((head) => head.provenance.device)
  );
  return {...first, shard: {index: 1, of: 1}, provenance: {...first.provenance, device: [...devices].join("; ")}};
}

/**
 * The images of all parts in the order of the list.
 *
 * @throws Error when a part lacks an image
 */
export async function* joinImages(files: readonly string[], head: CorpusHead): AsyncGenerator<ImageFacts> {
  const byPart = new Map<number, AsyncGenerator<Line>>();
  for (const file of files) {
    const part = lines(file);
    const {index} = headOf(((await part.next()).value as Line).text).shard;
    byPart.set(index - 1, part);
  }
  for (let place = 0; place < head.total; ++place) {
    const next = await byPart.get(place % files.length)!.next();
    const found = next.done ? undefined : factsOfLine(next.value.text, head.provenance);
    if (found?.place !== place)
      throw new Error(
        `Image ${place + 1} is in none of these shards; give --shard ${(place % files.length) + 1}/${files.length} again.`
      );
    yield found.facts;
  }
}

function needSame(path: string, found: CorpusHead, wanted: CorpusHead): void {
  const differs = (Object.keys(wanted) as (keyof CorpusHead)[]).find(
    (key) => JSON.stringify(found[key]) !== JSON.stringify(wanted[key])
  );
  if (differs)
    throw new Error(
      `${path} was begun by another run (${found.name}, ${found.provenance.model}, shard ${found.shard.index}/${found.shard.of}; its ${differs} differs); remove it, or choose another --out.`
    );
}

function headLine(head: CorpusHead): string {
  return JSON.stringify({format, ...head}) + "\n";
}

/** @throws Error when the line is not that of a corpus */
function headOf(text: string): CorpusHead {
  let found: {format?: unknown};
  try {
    found = JSON.parse(text) as {format?: unknown};
  } catch {
    throw new Error("it is another kind of file");
  }
  if (found.format !== format) throw new Error("it is another kind of file, or made by another version");
  const {name, total, list, shard, provenance} = found as unknown as CorpusHead;
  return {name, total, list, shard, provenance};
}

/** Bytes and numbers as their memory, deflated: small, and exact, NaN included. The provenance is the corpus's. */
function factsLine(place: number, facts: ImageFacts): string {
  const text = JSON.stringify({place, ...facts, provenance: undefined}, (_key, value: unknown) => {
    if (value instanceof Uint8Array) return {bytes: packed(value)};
    if (isNumbers(value)) return {numbers: packed(new Uint8Array(Float64Array.from(value).buffer))};
    return value;
  });
  return text + "\n";
}

function factsOfLine(text: string, provenance: Provenance): Placed {
  const {place, ...facts} = JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== "object" || value === null) return value;
    if ("bytes" in value && typeof value.bytes === "string") return unpacked(value.bytes);
    if ("numbers" in value && typeof value.numbers === "string")
      return Array.from(new Float64Array(unpacked(value.numbers).slice().buffer));
    return value;
  }) as Omit<ImageFacts, "provenance"> & {place: number};
  return {place, facts: {...facts, provenance}};
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === "number");
}

function packed(bytes: Uint8Array): string {
  return Buffer.from(zlibSync(bytes)).toString("base64");
}

function unpacked(text: string): Uint8Array {
  return unzlibSync(Buffer.from(text, "base64"));
}

interface Line {
  text: string;
  /** Bytes of the file up to its end. */
  end: number;
}

/** The whole lines of a file, one in memory at a time: what follows the last end of a line is left out. */
async function* lines(path: string): AsyncGenerator<Line> {
  let rest = Buffer.alloc(0);
  let start = 0;
  for await (const chunk of createReadStream(path, {highWaterMark: 2 ** 18})) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
      start += at + 1;
      yield {text: rest.toString("utf8", 0, at), end: start};
      rest = rest.subarray(at + 1);
    }
  }
}
