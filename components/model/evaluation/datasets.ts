import type {LabelRule} from "./label-rules.js";

/** Names on the command line. */
export const datasetNames = [
  "voc21",
  "context60",
  "object",
  "voc20",
  "context59",
  "stuff",
  "ade",
  "cityscapes"
] as const;
export type DatasetName = (typeof datasetNames)[number];

/** Short names, as in the paper's tables and in `classes.json`. */
export type DatasetKey = "V21" | "PC60" | "Object" | "V20" | "PC59" | "Stuff" | "ADE" | "City";

/** One of the eight benchmarks: where its files are and what its labels mean. */
export interface Dataset {
  name: DatasetName;
  key: DatasetKey;
  title: string;
  classes: number;
  /** Whether class 0 is background. */
  background: boolean;
  /** Images of the validation split in the published evaluations. */
  size: number;
  /** Shorter side that images are resized to, unless a method's settings say otherwise. */
  short: number;
  /** Folders below the root that may hold everything, tried in order; "" is the root itself. */
  bases: string[];
  images: {folder: string; suffix: string};
  /** Label folders, tried in order. */
  labels: string[];
  /** How label files are named after their image, and read; the first form that exists is used. */
  forms: Array<{suffix: string; rule: LabelRule}>;
  /** Files with the names of the split, tried in order; empty: every image in the folder, in order of its path. */
  lists: string[];
}

const voc: Pick<Dataset, "size" | "short" | "bases" | "images" | "labels" | "lists"> = {
  size: 1449,
  short: 336,
  bases: ["", "VOC2012", "VOCdevkit/VOC2012"],
  images: {folder: "JPEGImages", suffix: ".jpg"},
  labels: ["SegmentationClass", "SegmentationClassAug"],
  lists: ["ImageSets/Segmentation/val.txt", "val.txt"]
};

const context: typeof voc = {
  size: 5105,
  short: 336,
  bases: ["", "VOC2010", "VOCdevkit/VOC2010"],
  images: {folder: "JPEGImages", suffix: ".jpg"},
  labels: ["SegmentationClassContext"],
  lists: ["ImageSets/SegmentationContext/val.txt", "val.txt"]
};

const coco: typeof voc = {
  size: 5000,
  short: 336,
  bases: [""],
  images: {folder: "images/val2017", suffix: ".jpg"},
  labels: ["annotations/val2017", "stuffthingmaps/val2017"],
  lists: []
};

/**
 * The eight benchmarks in the layouts of mmsegmentation. COCO and Cityscapes are also read from the maps they are
 * distributed with, by the rules that the usual conversion scripts apply.
 */
export const datasets: Readonly<Record<DatasetName, Dataset>> = {
  voc21: {
    ...voc,
    name: "voc21",
    key: "V21",
    title: "PASCAL VOC 2012, 20 classes and background",
    classes: 21,
    background: true,
    forms: [{suffix: ".png", rule: "as-is"}]
  },
  context60: {
    ...context,
    name: "context60",
    key: "PC60",
    title: "PASCAL Context, 59 classes and background",
    classes: 60,
    background: true,
    forms: [{suffix: ".png", rule: "as-is"}]
  },
  object: {
    ...coco,
    name: "object",
    key: "Object",
    title: "COCO-Object, 80 classes and background",
    classes: 81,
    background: true,
    forms: [
      {suffix: "_instanceTrainIds.png", rule: "as-is"},
      {suffix: ".png", rule: "coco-object-ids"}
    ]
  },
  voc20: {
    ...voc,
    name: "voc20",
    key: "V20",
    title: "PASCAL VOC 2012, 20 classes",
    classes: 20,
    background: false,
    forms: [{suffix: ".png", rule: "reduce-zero"}]
  },
  context59: {
    ...context,
    name: "context59",
    key: "PC59",
    title: "PASCAL Context, 59 classes",
    classes: 59,
    background: false,
    forms: [{suffix: ".png", rule: "reduce-zero"}]
  },
  stuff: {
    ...coco,
    name: "stuff",
    key: "Stuff",
    title: "COCO-Stuff, 171 classes",
    classes: 171,
    background: false,
    forms: [
      {suffix: "_labelTrainIds.png", rule: "as-is"},
      {suffix: ".png", rule: "coco-stuff-ids"}
    ]
  },
  ade: {
    name: "ade",
    key: "ADE",
    title: "ADE20K, 150 classes",
    classes: 150,
    background: false,
    size: 2000,
    short: 336,
    bases: ["", "ADEChallengeData2016"],
    images: {folder: "images/validation", suffix: ".jpg"},
    labels: ["annotations/validation"],
    forms: [{suffix: ".png", rule: "reduce-zero"}],
    lists: []
  },
  cityscapes: {
    name: "cityscapes",
    key: "City",
    title: "Cityscapes, 19 classes",
    classes: 19,
    background: false,
    size: 500,
    short: 560,
    bases: [""],
    images: {folder: "leftImg8bit/val", suffix: "_leftImg8bit.png"},
    labels: ["gtFine/val"],
    forms: [
      {suffix: "_gtFine_labelTrainIds.png", rule: "as-is"},
      {suffix: "_gtFine_labelIds.png", rule: "cityscapes-ids"}
    ],
    lists: []
  }
};

/**
 * A benchmark by its name.
 *
 * @throws RangeError listing the known names
 */
export function datasetNamed(name: string): Dataset {
  if ((datasetNames as readonly string[]).includes(name)) return datasets[name as DatasetName];
  throw new RangeError(`There is no data set ${name}; known are ${datasetNames.join(", ")}.`);
}
