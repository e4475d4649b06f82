/** What a corpus needs of its pictures: their records, where they are flat, and where their objects are. */
import {factsOf, type CorpusImage} from "../../components/analysis/corpus/facts.js";
import type {AttentionMap, Grid, ImageRecord} from "../../components/records/record.js";
import {mean} from "../../components/analysis/arrays.js";
import {layerMeasures} from "../../components/analysis/layerMeasures.js";
import {computeRecords, keptScoresOf} from "../../components/model/compute.js";
import {fit} from "../../components/model/image/fit.js";
import {inputOf, type PictureInput} from "../../components/model/image/input.js";
import type {Picture} from "../../components/model/image/pixels.js";
import type {Engine} from "../../components/model/runtime.js";
import {provenanceOf, type LoadedModel} from "../engine/index.js";
import {ahead, groups} from "../files/ahead.js";
import {readMask, type MaskFile} from "../files/masks.js";
import {readPicture} from "../files/picture.js";
import type {Placed} from "./corpus-log.js";

/** VOC's label for pixels of no class. */
const IGNORED = 255;

/** A picture of a corpus, and its labels where they are known. */
export interface CorpusSample {
  name: string;
  picture: string;
  mask?: string;
}

/** A picture as the model looks at it. */
interface Seen extends PictureInput {
  square: Picture;
  mask?: MaskFile;
}

/**
 * What a corpus keeps of pictures, in their order: as many at once as suit the device, while the next are read.
 *
 * @param places which of the samples
 * @throws Error that names the picture that cannot be read or looked at
 */
export async function* corpusFacts(
  engine: Engine,
  model: LoadedModel,
  places: readonly number[],
  samples: readonly CorpusSample[]
): AsyncGenerator<Placed> {
  const {patch, trainedGrid} = model.geometry;
  const atOnce = engine.imagesAtOnce(trainedGrid ** 2);
  const read = async (place: number): Promise<Seen> => {
    const {picture, mask} = samples[place];
    const square = fit(await readPicture(picture), patch);
    const labels = mask === undefined ? undefined : squareMask(await readMask(mask), square.width);
    return {square, ...inputOf(square, model.geometry), mask: labels};
  };
  for await (const group of groups(ahead(places, read, 2 * atOnce), atOnce)) {
    const made = provenanceOf(model, engine, "sfp");
    const subjects = group.map(([place, {grid, pixels}]) => ({
      image: samples[place].name,
      grid,
      pixels,
      provenance: made
    }));
    const analyses = await computeRecords(engine, subjects);
    const [{grid}] = subjects;
    const scores = await keptScoresOf(
      engine,
      "plain",
      grid,
      subjects.map(({pixels}) => pixels)
    );
    for (const [i, [place, {square, mask}]] of group.entries()) {
      const {record, attention} = analyses[i];
      record.trunks.plain.scores = scores[i];
      yield {place, facts: factsOf(corpusImage(record, attention.plain, square, mask))};
    }
  }
}

/**
 * Joins a record with its head-mean attention maps (of the trunk without SOM), the picture it was made of (after the
 * fit) and, where there is one, its mask (cut alike).
 */
export function corpusImage(
  record: ImageRecord,
  maps: readonly AttentionMap[],
  picture: Picture,
  mask?: MaskFile
): CorpusImage {
  return {
    record,
    variance: lightnessVariance(picture, record.grid),
    measures: layerMeasures(record, maps),
    ...(mask && {object: objectShare(mask, record.grid)})
  };
}

/** Variance of lightness (Rec. 601 luma, 0 to 255) inside each patch. */
export function lightnessVariance({width, height, data}: Picture, grid: Grid): Float64Array {
  return eachPatch(grid, width, height, (pixels) => {
    const luma = pixels.map((i) => 0.299 * data[3 * i] + 0.587 * data[3 * i + 1] + 0.114 * data[3 * i + 2]);
    const centre = mean(luma);
    return mean(luma.map((value) => (value - centre) ** 2));
  });
}

/** Share of each patch's labelled pixels that are not background (class 0); NaN where none is labelled. */
export function objectShare({width, height, labels}: MaskFile, grid: Grid): Float64Array {
  return eachPatch(grid, width, height, (pixels) => {
    const labelled = pixels.filter((i) => labels[i] !== IGNORED);
    return labelled.filter((i) => labels[i] !== 0).length / labelled.length;
  });
}

/** A mask cut as the default fit cuts its photo: the middle square, by nearest pixel, so that labels stay labels. */
export function squareMask({width, height, labels}: MaskFile, side: number): MaskFile {
  const short = Math.min(width, height);
  const [left, top] = [(width - short) / 2, (height - short) / 2];
  const at = (k: number, start: number) => Math.floor(start + ((k + 0.5) * short) / side);
  const square = Uint8Array.from({length: side * side}, (_, i) => {
    const [x, y] = [at(i % side, left), at(Math.floor(i / side), top)];
    return labels[y * width + x];
  });
  return {width: side, height: side, labels: square};
}

function eachPatch([rows, columns]: Grid, width: number, height: number, of: (pixels: number[]) => number) {
  const [across, down] = [width / columns, height / rows];
  return Float64Array.from({length: rows * columns}, (_, patch) => {
    const [left, top] = [(patch % columns) * across, Math.floor(patch / columns) * down];
    const pixels = Array.from(
      {length: across * down},
      (_p, k) => (top + Math.floor(k / across)) * width + left + (k % across)
    );
    return of(pixels);
  });
}
