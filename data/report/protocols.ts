/** How the report looks at a photo, and which pixels count. */
import {createHash} from "node:crypto";
import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import type {ProtocolSummary} from "../../components/analysis/measured.js";
import {datasets} from "../../components/model/evaluation/datasets.js";
import {ignored} from "../../components/model/evaluation/label-rules.js";
import {classQueries, type ClassLists, type QueryClass} from "../../components/model/evaluation/queries.js";
import {evaluationSettings} from "../../components/model/evaluation/settings.js";
import {fit} from "../../components/model/image/fit.js";
import {normalise, type Colours, type PixelPlanes} from "../../components/model/image/normalise.js";
import type {Picture} from "../../components/model/image/pixels.js";
import type {SegmentSettings} from "../../components/model/segmentation/segment.js";
import {readMask} from "../files/masks.js";
import {readPicture} from "../files/picture.js";
import {squareMask} from "../records/corpus-image.js";

/** What the network sees of a photo, and the label of each pixel of it. */
export interface LabelledInput {
  image: Picture | PixelPlanes;
  labels: Uint8Array;
}

export interface Protocol extends ProtocolSummary {
  settings: Partial<SegmentSettings>;
  subject(root: string, name: string, geometry: Colours & {patch: number}): Promise<LabelledInput>;
}

/** The frequent classes of these photos, in VOC's order, with their numbers in its masks. */
const frequent = {cat: 8, chair: 9, cow: 10, dog: 12, horse: 13, person: 15, sheep: 17, sofa: 18};
const names = Object.keys(frequent);

const side = 224;

const square: Protocol = {
  name: "square",
  about: `the middle square of each photo as one ${side} px window; the mask cut alike, at ${side} px`,
  classes: names.map((name) => ({name, words: [name]})),
  settings: {short: side, crop: side, stride: side},
  async subject(root, name, {patch, ...colours}) {
    const picture = fit(await photo(root, name), patch, {shape: "square", size: side});
    return {image: normalise(picture, colours, "bytes"), labels: squareMask(await mask(root, name), side).labels};
  }
};

const sliding: Protocol = {
  name: "sliding",
  about: "the whole photo, shorter side 336 px, windows of 224 px every 112 px, as `evaluate --settings alike` has it",
  classes: vocWords(),
  settings: evaluationSettings("sfp", datasets.voc20, "alike"),
  subject: async (root, name) => ({image: await photo(root, name), labels: (await mask(root, name)).labels})
};

/** The study of which tokens must be repaired, on the same squares. */
const repair: Protocol = {...square, name: "repair"};

export const protocols: Readonly<Record<string, Protocol>> = {square, sliding, repair};

/** VOC20's words of the frequent classes, as `evaluate --classes` asks for them. */
function vocWords(): QueryClass[] {
  const lists = JSON.parse(readFileSync(new URL("../labels/classes.json", import.meta.url), "utf8")) as ClassLists;
  return classQueries(lists, datasets.voc20).filter(({name}) => names.includes(name));
}

/** From a mask's numbers to the protocols' classes; background and all other classes are ignored. */
export function frequentTable(): Int16Array {
  const table = new Int16Array(256).fill(ignored);
  Object.values(frequent).forEach((value, index) => (table[value] = index));
  return table;
}

/** The photos' names, or undefined where the folder is not there. */
export function photoNames(root: string): string[] | undefined {
  const list = join(root, "val.txt");
  return existsSync(list) ? readFileSync(list, "utf8").split(/\s+/).filter(Boolean) : undefined;
}

/** SHA-256 of names in order, one a line. */
export function namesHash(list: readonly string[]): string {
  return createHash("sha256").update(list.join("\n")).digest("hex");
}

function photo(root: string, name: string): Promise<Picture> {
  return readPicture(join(root, "JPEGImages", `${name}.jpg`), {profile: "ignore"});
}

function mask(root: string, name: string) {
  return readMask(join(root, "SegmentationClassAug", `${name}.png`));
}
