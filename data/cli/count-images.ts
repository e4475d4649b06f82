import {ignored, labelTable, type LabelRule} from "../../components/model/evaluation/label-rules.js";
import {areas, Confusion} from "../../components/model/evaluation/metric.js";
import type {Picture} from "../../components/model/image/pixels.js";
import type {LabelMap} from "../../components/model/segmentation/decide.js";
import type {Sample} from "./dataset-files.js";
import {ahead} from "../files/ahead.js";
import {readMask} from "../files/masks.js";
import {readPicture} from "../files/picture.js";

export interface Counting {
  samples: readonly Sample[];
  rule: LabelRule;
  /** Indices of classes whose pixels are ignored. */
  excluded: readonly number[];
  /** Labels of a picture at its own size. */
  predict: (picture: Picture) => Promise<LabelMap>;
  /** Counts so far; grows with every image. */
  confusion: Confusion;
  /** Images already in the counts. */
  from?: number;
  /** Called after each image is in the counts. */
  onImage?: (done: number, areas: ImageAreas) => void;
}

/** One image's pixels of each class present: [class, intersection, predicted, labelled]. */
export interface ImageAreas {
  image: string;
  areas: [number, number, number, number][];
}

/**
 * Segments and counts images in their order. While one is computed, the next is decoded and waits for the device, so that the
 * device need not wait; the memory is that of the two largest.
 *
 * @throws Error that names the image or label file that could not be used; counts then end before it
 */
export async function countImages({
  samples,
  rule,
  excluded,
  predict,
  confusion,
  from = 0,
  onImage
}: Counting): Promise<void> {
  const table = labelTable(rule, confusion.classes);
  for (let value = 0; value < table.length; ++value) if (excluded.includes(table[value])) table[value] = ignored;
  const segmented = async (sample: Sample) => {
    const {image, labels} = sample;
    const [picture, mask] = await Promise.all([readPicture(image, {profile: "ignore"}), readMask(labels)]);
    if (picture.width !== mask.width || picture.height !== mask.height)
      throw new Error(
        `${labels} is ${mask.width} × ${mask.height} pixels, its image ${picture.width} × ${picture.height}.`
      );
    const predicted = await predict(picture).catch((cause: Error) => {
      // Whatever is wrong with an image is not wrong with the words of the command.
      const own = /smaller than one/.test(cause.message)
        ? ` The picture itself is ${picture.width} × ${picture.height} px.`
        : "";
      throw new Error(`${image}: ${cause.message}${own}`, {cause});
    });
    return {mask, predicted};
  };
  let done = from;
  for await (const [{name, labels}, {mask, predicted}] of ahead(samples.slice(from), segmented, 1)) {
    const one = new Confusion(confusion.classes);
    try {
      one.add(mask.labels, table, predicted);
    } catch (cause) {
      throw new Error(`${labels}: ${(cause as Error).message}`, {cause});
    }
    confusion.merge(one);
    onImage?.(++done, {image: name, areas: present(one)});
  }
}

function present(confusion: Confusion): ImageAreas["areas"] {
  const {intersection, predicted, labelled} = areas(confusion);
  const found: ImageAreas["areas"] = [];
  for (let c = 0; c < confusion.classes; ++c)
    if (predicted[c] || labelled[c]) found.push([c, intersection[c], predicted[c], labelled[c]]);
  return found;
}
