/** One model under one protocol: measuring what is missing, keeping the rest, writing both files. */
import {existsSync, readFileSync, rmSync} from "node:fs";
import {join} from "node:path";
import {
  changedPixels,
  halve,
  summarise,
  type AreasFile,
  type MeasuredFile
} from "../../components/analysis/measured.js";
import {writeWhole} from "../files/output.js";
import {duration} from "../files/progress.js";
import {provenanceOf, type LoadedModel} from "../engine/index.js";
import {labelledAreas, measureImage} from "./measure.js";
import {namesHash, protocols, type Protocol} from "./protocols.js";
import {openNetworks, providers, type Networks} from "./providers.js";
import {slidingVariants, variantsOf, type Variant} from "./variants.js";

export interface ReportTask {
  root: string;
  names: readonly string[];
  model: string;
  protocol: Protocol;
  /** Variants to measure; all of the protocol's unless given. */
  only?: readonly string[];
  /** Measure them even where they are stored, and say how much changed. */
  again?: boolean;
  threads?: number;
  /** Where the files go. */
  folder: string;
  log: (line: string) => void;
}

/** How every interval of the report is made. */
export const resampling = {confidence: 0.95, resamples: 2000, seed: 1} as const;

/** The file of one report's per-image areas, and the one in which pages find all reports; the study has its own. */
export function reportFiles(folder: string, model: string, protocol: string) {
  const pages = protocol === "repair" ? "repair.json" : "summary.json";
  return {areas: join(folder, `${model}-${protocol}.json`), summary: join(folder, pages)};
}

/** How often a run is saved, in ms. */
const saveEvery = 20_000;

/**
 * Measures the variants that the stored report lacks, or all of them where it is of other weights, photos or another ONNX Runtime.
 * What an interrupted run counted is kept beside the report, and the next run goes on from there.
 *
 * @throws Error naming the model, photo or mask that cannot be used; RangeError for a variant that does not exist
 */
export async function reportOn(task: ReportTask): Promise<void> {
  const {names, protocol, threads, folder, log} = task;
  const {classes, about, name} = protocol;
  const all = variantsOf(name, task.model);
  const chosen = chosenVariants(all, name, task.only);
  const networks = await openNetworks(task.model, chosen, threads);
  const {model, engine} = networks;
  const {weights, versions, device} = provenanceOf(model, engine, "sfp");
  const fresh: AreasFile = {
    format: "sfp-measured-areas 1",
    // The number of threads changes nothing that is counted.
    provenance: {model: task.model, weights, device: device.split(",")[0], versions},
    protocol: {name, about, classes: classes.map(({name: label, words}) => ({name: label, words}))},
    images: {count: names.length, names: namesHash(names)},
    labelled: [],
    variants: {}
  };
  const files = reportFiles(folder, task.model, name);
  const stored = readAreas(files.areas);
  const file = stored && sameSubject(stored, fresh) ? stored : fresh;
  const missing = chosen.filter(({id}) => task.again || !(id in file.variants));
  log(`${task.model}, ${name}: ${missing.length} of ${chosen.length} variants to measure on ${names.length} photos`);
  if (missing.length) {
    const text = (await model.text(classes.flatMap(({words}) => words))).vectors;
    const counted = await countPhotos(task, fresh, missing, networks, text, `${files.areas}.unfinished`);
    file.labelled = counted.labelled;
    if (networks.proxy) file.provenance = {...file.provenance, proxy: proxyOf(networks.proxy)};
    for (const [id, rows] of Object.entries(counted.variants)) {
      if (id in file.variants) log(`${id}: ${changedPixels(rows, file.variants[id])} pixels changed`);
      file.variants[id] = rows;
    }
    writeWhole(files.areas, areasText(file, all));
    rmSync(`${files.areas}.unfinished`, {force: true});
  }
  const summary = summaryOf(file, all);
  writeWhole(files.summary, summaryText(withReport(readSummary(files.summary), summary)));
  log(`${files.areas} and ${files.summary} written`);
}

/** All missing variants on one photo after another. */
async function countPhotos(
  {root, names, protocol, log, model: id}: ReportTask,
  fresh: AreasFile,
  missing: readonly Variant[],
  networks: Networks,
  text: Float32Array,
  unfinished: string
): Promise<AreasFile> {
  const kept = readAreas(unfinished);
  const same =
    kept && sameSubject(kept, fresh) && missing.map((one) => one.id).join() === Object.keys(kept.variants).join();
  const file = same ? kept : {...fresh, variants: Object.fromEntries(missing.map((one) => [one.id, []]))};
  const {geometry} = networks.model;
  const features = providers(networks, missing, {text, classes: protocol.classes});
  const propagation = missing.map((variant) => variant.propagation);
  const start = performance.now();
  let saved = start;
  try {
    const from = file.labelled.length;
    for (let i = from; i < names.length; ++i) {
      const subject = await protocol.subject(root, names[i], geometry);
      const rows = await measureImage(features, geometry, text, protocol, subject, propagation);
      for (const [v, {id: variant}] of missing.entries()) file.variants[variant].push(rows[v]);
      file.labelled.push(labelledAreas(subject, protocol.classes.length));
      if (performance.now() - saved < saveEvery) continue;
      saved = performance.now();
      writeWhole(unfinished, areasText(file, missing));
      const left = ((saved - start) / (i + 1 - from)) * (names.length - i - 1);
      log(`${id}, ${protocol.name}: ${i + 1} of ${names.length} photos, ${duration(left)} left`);
    }
  } finally {
    await networks.close();
  }
  return file;
}

/** What pages read of a report; of the study with its halves. */
export function summaryOf(file: AreasFile, variants: readonly Variant[]): MeasuredFile {
  const summary = summarise(file, variants, resampling);
  return file.protocol.name === "repair" ? {...summary, halves: halve(file, summary.pairs, resampling)} : summary;
}

function proxyOf({id, hash}: LoadedModel): AreasFile["provenance"]["proxy"] {
  return {model: id, weights: hash};
}

function chosenVariants(variants: readonly Variant[], protocol: string, only?: readonly string[]): Variant[] {
  const wrong = only?.find((id) => !variants.some((variant) => variant.id === id));
  if (wrong !== undefined)
    throw new RangeError(`There is no variant ${wrong}; they are ${variants.map(({id}) => id).join("; ")}.`);
  const wanted = only ?? (protocol === "sliding" ? slidingVariants : undefined);
  return variants.filter(({id}) => !wanted || wanted.includes(id));
}

/**
 * Whether two files count the same pixels of the same photos by the same network. Our own code does not count here, or
 * every change of it would ask for hours of measuring: `--again` measures the rows that a change concerns.
 */
function sameSubject(a: AreasFile, b: AreasFile): boolean {
  const subject = ({provenance: {model, weights, versions}, protocol, images}: AreasFile): string =>
    JSON.stringify([model, weights, versions.onnxruntime, protocol, images]);
  return subject(a) === subject(b);
}

/** A stored file of areas, or undefined where there is none. */
export function readAreas(path: string): AreasFile | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as AreasFile) : undefined;
}

/** One line a variant in the report's order, so that a change of one is a change of one line. */
export function areasText({labelled, variants: found, ...rest}: AreasFile, variants: readonly Variant[]): string {
  const head = JSON.stringify(rest, null, 1).slice(0, -2);
  const lines = variants
    .filter(({id}) => id in found)
    .map(({id}) => `  ${JSON.stringify(id)}: ${JSON.stringify(found[id])}`);
  return `${head},\n "labelled": ${JSON.stringify(labelled)},\n "variants": {\n${lines.join(",\n")}\n }\n}\n`;
}

/** All stored reports; none where the file is not there. */
export function readSummary(path: string): MeasuredFile[] {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as MeasuredFile[]) : [];
}

/** The reports with one replaced or added: by model, single windows before sliding ones. */
function withReport(reports: readonly MeasuredFile[], report: MeasuredFile): MeasuredFile[] {
  const key = ({provenance: {model}, protocol: {name}}: MeasuredFile): string => `${model} ${name}`;
  const order = Object.keys(protocols);
  const place = ({protocol}: MeasuredFile): number => order.indexOf(protocol.name);
  return [...reports.filter((other) => key(other) !== key(report)), report].toSorted(
    (a, b) => a.provenance.model.localeCompare(b.provenance.model) || place(a) - place(b)
  );
}

/** Reports with a line for each row, so that a change of one is a change of one line. */
export function summaryText(reports: readonly MeasuredFile[]): string {
  const list = (values: readonly object[]) => values.map((value) => `   ${JSON.stringify(value)}`).join(",\n");
  const each = reports.map(({rows, pairs, halves, ...rest}) => {
    const head = JSON.stringify(rest, null, 1).slice(0, -2);
    const parted = halves ? `,\n "halves": [\n${list(halves)}\n ]` : "";
    return `${head},\n "rows": [\n${list(rows)}\n ],\n "pairs": [\n${list(pairs)}\n ]${parted}\n}`;
  });
  return `[\n${each.join(",\n")}\n]\n`;
}
