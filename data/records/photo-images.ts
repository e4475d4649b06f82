/** The analysed photos of the site under one model, as a corpus takes them. */
import {readFileSync} from "node:fs";
import {join} from "node:path";
import type {CorpusImage} from "../../components/analysis/corpus/facts.js";
import {fit} from "../../components/model/image/fit.js";
import type {Picture} from "../../components/model/image/pixels.js";
import {resizeLinear} from "../../components/model/image/resample-linear.js";
import {guarded} from "../../components/records/absent.js";
import {decodeAttention, decodeRecord} from "../../components/records/arrow.js";
import type {Grid} from "../../components/records/record.js";
import {readPicture} from "../files/picture.js";
import {modelsOfSite} from "../site/models.js";
import {imageFolder, type PhotoFile} from "../site/photos.js";
import {unpack} from "./archive.js";
import {computeMissing} from "./computeMissing.js";
import {corpusImage} from "./corpus-image.js";
import {archiveFile} from "./places.js";

/** What of a photo the grid lies on, in whole pixels a patch. */
function seenOf(picture: Picture, seen: PhotoFile["fit"], [rows, columns]: Grid): Picture {
  // Every patch size divides the default square, so any serves to cut it.
  if (seen === undefined || seen === "square") return fit(picture, 1);
  return resizeLinear(picture, columns * 16, rows * 16);
}

/** The photos that a model has analysed, all on the first one's grid; those that are left out are named on standard error. */
export async function photoImages(model: string): Promise<{photo: PhotoFile; image: CorpusImage}[]> {
  // A build has analysed them all; in the preview this page may be the first to ask.
  const photos = (await modelsOfSite()).find(({id}) => id === model)?.photos ?? [];
  const failures = await computeMissing(model, photos);
  for (const {photo, reason} of failures) console.error(`${photo.file} is not in the corpus: ${reason}`);
  const failed = new Set(failures.map(({photo}) => photo.id));
  const images: {photo: PhotoFile; image: CorpusImage}[] = [];
  for (const photo of photos.filter(({id}) => !failed.has(id))) {
    const files = unpack(readFileSync(await archiveFile(model, photo)), "summary.arrow", "attention-plain.arrow");
    const record = guarded(decodeRecord(files["summary.arrow"]));
    if (images.length && String(images[0].image.record.grid) !== String(record.grid)) {
      console.error(
        `${photo.file} is not in the corpus: its grid is ${record.grid.join(" × ")}, unlike the first photo's`
      );
      continue;
    }
    const picture = await readPicture(join(imageFolder, photo.file));
    const maps = decodeAttention(files["attention-plain.arrow"]);
    images.push({photo, image: corpusImage(record, maps, seenOf(picture, photo.fit, record.grid))});
  }
  return images;
}
