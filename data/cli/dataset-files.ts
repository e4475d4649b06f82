/** A benchmark's files on disk: which images there are, and where their labels lie. */
import {existsSync, readdirSync, readFileSync, statSync} from "node:fs";
import {basename, join, relative} from "node:path";
import type {Dataset} from "../../components/model/evaluation/datasets.js";
import type {LabelRule} from "../../components/model/evaluation/label-rules.js";

export interface Sample {
  /** The image's path below the image folder, without its suffix; it names the sample in results. */
  name: string;
  image: string;
  labels: string;
}

export interface DatasetFiles {
  samples: Sample[];
  /** Folder of the label files, below the base: says for VOC which annotations were used. */
  labelFolder: string;
  rule: LabelRule;
}

/**
 * Finds a benchmark's validation images and labels.
 *
 * @param root the data set's folder, or one that holds it under its usual name
 * @param list a file with one image name a line (its suffix may be left out), instead of the data set's own list
 * @throws Error that says which folder, list, image or label file was looked for and not found
 */
export function datasetFiles(dataset: Dataset, root: string, list?: string): DatasetFiles {
  if (!existsSync(root)) throw new Error(`--root ${root}: there is no such folder.`);
  const {images, labels, forms, bases} = dataset;
  const base = bases.map((part) => join(root, part)).find((folder) => existsSync(join(folder, images.folder)));
  if (base === undefined)
    throw new Error(`${root} has no ${images.folder}; ${dataset.name} is laid out as ${layout(dataset)}.`);
  const labelFolder = labels.find((folder) => existsSync(join(base, folder)));
  if (labelFolder === undefined)
    throw new Error(`${base} has no ${labels.join(" or ")}; ${dataset.name} is laid out as ${layout(dataset)}.`);
  const names = imageNames(dataset, base, list);
  if (!names.length)
    throw new Error(`${list ?? join(base, images.folder)} names no images ending in ${images.suffix}.`);
  const labelFile = (name: string, suffix: string): string => join(base, labelFolder, name + suffix);
  const form = forms.find(({suffix}) => existsSync(labelFile(names[0], suffix)));
  if (!form)
    throw new Error(
      `${names[0]} has no labels: ${forms.map(({suffix}) => labelFile(names[0], suffix)).join(" or ")} is not there.`
    );
  const samples = names.map((name) => ({
    name,
    image: join(base, images.folder, name + images.suffix),
    labels: labelFile(name, form.suffix)
  }));
  return {samples, labelFolder, rule: form.rule};
}

function layout({images, labels, forms}: Dataset): string {
  return `${images.folder}/…${images.suffix} with ${labels[0]}/…${forms[0].suffix}`;
}

function imageNames({images: {folder, suffix}, lists}: Dataset, base: string, list?: string): string[] {
  if (list !== undefined && !existsSync(list)) throw new Error(`--list ${list}: there is no such file.`);
  const file = list ?? lists.map((name) => join(base, name)).find((name) => existsSync(name));
  if (file !== undefined) return listed(file, suffix);
  if (lists.length) throw new Error(`${base} has no ${lists.join(" or ")}; name the images with --list FILE.`);
  // Ordered by the whole file name, as mmseg orders them.
  const images = join(base, folder);
  return walk(images)
    .filter((path) => path.endsWith(suffix))
    .map((path) => relative(images, path))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((path) => path.slice(0, -suffix.length));
}

function listed(file: string, suffix: string): string[] {
  const names = readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => (line.endsWith(suffix) ? line.slice(0, -suffix.length) : line));
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new Error(`${basename(file)} names ${name} twice; it would count twice.`);
    seen.add(name);
  }
  return names;
}

function walk(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path) : [path];
  });
}
