/** A benchmark's files on disk: which images there are, and where their labels lie. */
import {existsSync, readFileSync} from "node:fs";
import {basename, join} from "node:path";
import type {Dataset} from "../../components/model/evaluation/datasets.js";
import type {LabelRule} from "../../components/model/evaluation/label-rules.js";
import {listFolder} from "../files/listing.js";
import {cannotRead, notThere} from "../files/missing.js";

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
  if (!existsSync(root)) throw new Error(`--root ${notThere(root, "folder")}`);
  const {images, labels, forms, bases} = dataset;
  const base = bases.map((part) => join(root, part)).find((folder) => existsSync(join(folder, images.folder)));
  if (base === undefined)
    throw new Error(`${root} has no ${images.folder}; ${dataset.name} is laid out as ${layout(dataset)}.`);
  const labelFolder = labels.find((folder) => existsSync(join(base, folder)));
  if (labelFolder === undefined)
    throw new Error(`${base} has no ${labels.join(" or ")}; ${dataset.name} is laid out as ${layout(dataset)}.`);
  const names = imageNames(dataset, base, list);
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
  needAll(samples);
  return {samples, labelFolder, rule: form.rule};
}

/** Finds what is missing before the work, which may take hours. @throws Error that names the first files and counts all */
function needAll(samples: readonly Sample[]): void {
  const missing = samples.flatMap(({image, labels}) => [image, labels]).filter((file) => !existsSync(file));
  if (!missing.length) return;
  const [first, ...others] = missing;
  const more = others.length
    ? ` Nor ${others.length > 1 ? "are" : "is"} ${others.slice(0, 3).join(", ")}${others.length > 3 ? `, and ${others.length - 3} more` : ""}.`
    : "";
  throw new Error(
    `${first}: there is no such file, or it is a link that leads nowhere.${more} Fetch them, or name the images to use with --list FILE.`
  );
}

function layout({images, labels, forms}: Dataset): string {
  return `${images.folder}/…${images.suffix} with ${labels[0]}/…${forms[0].suffix}`;
}

/** At least one name. @throws Error that names the list or the folder that has none */
function imageNames({images: {folder, suffix}, lists}: Dataset, base: string, list?: string): string[] {
  if (list !== undefined && !existsSync(list)) throw new Error(`--list ${notThere(list)}`);
  const file = list ?? lists.map((name) => join(base, name)).find((name) => existsSync(name));
  if (file !== undefined) {
    const names = listed(file, suffix);
    if (!names.length) throw new Error(`${file} is empty; it must name images, one a line.`);
    return names;
  }
  if (lists.length) throw new Error(`${base} has no ${lists.join(" or ")}; name the images with --list FILE.`);
  const images = join(base, folder);
  const {files, broken} = listFolder(images, {below: true});
  // A score over fewer images than there are would not be the benchmark's.
  const [first, ...others] = broken;
  if (first) {
    const more = others.length ? `, and ${others.length} more like it` : "";
    throw new Error(
      `${join(images, first.path)} cannot be used: ${first.reason}${more}. Remove it, or name the images to use with --list FILE.`
    );
  }
  // Ordered by the whole file name, as mmseg orders them.
  const names = files.filter((path) => path.endsWith(suffix)).map((path) => path.slice(0, -suffix.length));
  if (!names.length) throw new Error(`${images} has no images ending in ${suffix}.`);
  return names;
}

function listed(file: string, suffix: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw cannotRead(file, cause);
  }
  const names = text
    .split(/[\r\n]+/)
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
