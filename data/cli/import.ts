import {existsSync, readFileSync} from "node:fs";
import {basename, join} from "node:path";
import {readDump, type Dump} from "../../components/exchange/dump.js";
import {layoutOf, LayoutError, type GivenLayout, type TokenLayout} from "../../components/exchange/layout.js";
import {summariseDump, type DumpLayer} from "../../components/exchange/measure.js";
import {recordFiles, recordOf} from "../../components/exchange/record.js";
import type {Grid} from "../../components/records/record.js";
import {dumpPaths, isFolder, readArrays, stemOf} from "../files/arrayFiles.js";
import {deliver, type Streams} from "../files/output.js";
import {readPicture} from "../files/picture.js";
import {importId, keepImport, type ImportSubject} from "../records/keepImport.js";
import {importFits, type ImportFit} from "../site/imports.js";
import {photoExtensions} from "../site/photo-check.js";
import {parse, UsageError, wholeNumber} from "./options.js";

export const help = `import FILE|FOLDER|'PATTERN' [...] --image PHOTO --model NAME [options]
  Attention that another program computed, as a record of the site. FILE is .npz, .arrow, .safetensors or a folder of
  .npy files with attention (layers, heads, T, T) or (layers, T, T) and, if there are any, tokens (layers, T, D),
  features (N, E), features_NAME, attention_purified, tokens_purified, logits. docs/python.md has what writes them.
  --image PHOTO       the picture; for several files the folder of their pictures, which are named as they are
  --model NAME        what the model is called: letters, digits, dot, dash, underscore
  --grid RxC          rows and columns of the patch grid, where the number of tokens does not say it
  --prefix N          tokens before the patches: the class token, registers
  --class-index I     which of those is the class token, from 0 (default 0)
  --fit NAME          what of the picture the maps are of: square (its middle square, the default for square grids),
                      whole (the default for others), or stretch (all of it, squeezed into a square)
  --title TEXT        what the picture is called (default: the file's name)
  --dry-run           writes nothing
  --json              prints grid, prefix and each layer's outliers, class row and diagonal`;

const {version} = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {version: string};
const versions = {"sfp-explorer": version};

/** What `--json` prints of a dump. */
interface ImportSummary {
  model: string;
  grid: Grid;
  prefix: number;
  layers: DumpLayer[];
}

export async function run(args: string[], streams: Streams): Promise<number> {
  const {values, positionals} = parse({
    args,
    allowPositionals: true,
    options: {
      image: {type: "string"},
      model: {type: "string"},
      grid: {type: "string"},
      prefix: {type: "string"},
      "class-index": {type: "string"},
      title: {type: "string"},
      fit: {type: "string"},
      "dry-run": {type: "boolean", default: false},
      json: {type: "boolean", default: false}
    }
  });
  if (!positionals.length)
    throw new UsageError("import needs FILE: a .npz, .arrow or .safetensors, or a folder of .npy.");
  if (values.image === undefined) throw new UsageError("--image PHOTO is needed: the picture that the maps are of.");
  const model = modelName(values.model);
  const given: GivenLayout = {
    grid: gridOption(values.grid),
    prefix: values.prefix === undefined ? undefined : wholeNumber("prefix", values.prefix),
    classIndex: wholeNumber("class-index", values["class-index"] ?? "0")
  };
  const fit = fitOption(values.fit);
  const files = positionals.flatMap(dumpPaths);
  if (files.length > 1 && values.title !== undefined)
    throw new UsageError("--title is for one file; these are several.");
  const pairs = pairPhotos(files, values.image);
  if (!values["dry-run"]) refuseShared(pairs);
  const summaries: ImportSummary[] = [];
  let imported = 0;
  for (const {file, photo} of pairs) {
    const subject = {model, photo, title: values.title, source: file};
    await readPicture(subject.photo);
    // What was read of one file is forgotten before the next: memory stays that of one.
    const opened = await openDump(file, given);
    if (opened.dump.unread.length) streams.stderr.write(`${file}: not read: ${opened.dump.unread.join(", ")}\n`);
    if (opened.dump.logits) streams.stderr.write(`${file}: not used: logits; no page shows them\n`);
    const {grid, prefix} = opened.layout;
    if (values.json)
      summaries.push({model, grid, prefix, layers: inFile(file, () => summariseDump(opened.dump, opened.layout))});
    const chosen = fit ?? (grid[0] === grid[1] ? "square" : "whole");
    const kept = inFile(file, () =>
      keep(opened, {...subject, fit: chosen, classIndex: opened.layout.classIndex}, file, values["dry-run"])
    );
    if (kept !== undefined) streams.stderr.write(`${kept}: imported (${++imported} of ${files.length})\n`);
  }
  if (values.json) deliver(JSON.stringify(files.length > 1 ? summaries : summaries[0]) + "\n", undefined, streams);
  return 0;
}

/**
 * Measures a dump, and keeps the record unless nothing is to be written.
 *
 * @returns the folder that it was put into
 */
function keep(
  {dump, layout, sha256}: OpenedDump,
  subject: ImportSubject,
  file: string,
  dry: boolean
): string | undefined {
  const id = importId(subject.photo, subject.fit);
  const read = recordOf(dump, layout, {image: id, model: subject.model, file: basename(file), sha256, versions});
  return dry ? undefined : keepImport(subject, id, dump.attention.layers, recordFiles(read));
}

function fitOption(word: string | undefined): ImportFit | undefined {
  if (word === undefined) return undefined;
  const fit = importFits.find((each) => each === word);
  if (fit) return fit;
  throw new UsageError(`--fit ${word} is not known; known are ${importFits.join(", ")}.`);
}

/** Errors of a dump begin with its file. */
function inFile<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw named(file, error);
  }
}

function named(file: string, error: unknown): Error {
  const {message} = error as Error;
  const said = message.startsWith(file) ? message : `${file}: ${message}`;
  return error instanceof LayoutError ? new UsageError(said) : new Error(said, {cause: error});
}

interface OpenedDump {
  dump: Dump;
  layout: TokenLayout;
  sha256: string;
}

async function openDump(file: string, given: GivenLayout): Promise<OpenedDump> {
  try {
    const {arrays, sha256} = await readArrays(file);
    const dump = readDump(arrays);
    return {dump, layout: layoutOf(dump.attention.tokens, given), sha256};
  } catch (error) {
    throw named(file, error);
  }
}

function modelName(word: string | undefined): string {
  if (word === undefined) throw new UsageError("--model NAME is needed: what the model is called.");
  if (/^[A-Za-z0-9][\w.-]{0,59}$/.test(word)) return word;
  throw new UsageError(`--model ${word}: a name of letters, digits, dot, dash and underscore is needed, at most 60.`);
}

function gridOption(word: string | undefined): Grid | undefined {
  if (word === undefined) return undefined;
  const [, rows, columns] = /^(\d{1,4})[x×](\d{1,4})$/.exec(word) ?? [];
  if (Number(rows) > 0 && Number(columns) > 0) return [Number(rows), Number(columns)];
  throw new UsageError(`--grid ${word}: rows x columns are needed, such as 14x14.`);
}

interface Pair {
  file: string;
  photo: string;
}

/** Every dump with its picture, all found before the first is read. */
function pairPhotos(files: readonly string[], image: string): Pair[] {
  return files.map((file) => ({file, photo: photoOf(file, image)}));
}

/** @throws UsageError where two dumps would be kept as one photo, the later in place of the earlier */
function refuseShared(pairs: readonly Pair[]): void {
  for (const [i, {file, photo}] of pairs.entries()) {
    const first = pairs.slice(0, i).find((pair) => pair.photo === photo);
    if (first)
      throw new UsageError(
        `${first.file} and ${file} would both be imported as ${photo}. Give --image a folder with a picture of each one’s name, or import them under different models.`
      );
  }
}

/** The picture of a dump: `--image` itself, or the file of that folder with the dump's name. */
function photoOf(file: string, image: string): string {
  if (!isFolder(image)) return image;
  const found = [...photoExtensions].map((end) => join(image, stemOf(file) + end)).find((path) => existsSync(path));
  if (found) return found;
  throw new Error(`${image} has no picture ${stemOf(file)} (${[...photoExtensions].join(", ")}) for ${file}.`);
}
