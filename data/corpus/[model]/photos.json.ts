// Outliers over the photos of data/images under one model: /data/corpus/MODEL/photos.json.
import {readFileSync} from "node:fs";
import {join} from "node:path";
import {parseArgs} from "node:util";
import {decodeAttention, decodeRecord} from "../../../components/records/arrow.js";
import type {CorpusImage} from "../../../components/analysis/corpus/facts.js";
import {corpusSummary} from "../../../components/analysis/corpus/sum.js";
import {guarded} from "../../../components/records/absent.js";
import type {Grid} from "../../../components/records/record.js";
import type {Picture} from "../../../components/model/image/pixels.js";
import {resizeLinear} from "../../../components/model/image/resample-linear.js";
import {fit} from "../../../components/model/image/fit.js";
import {readPicture} from "../../files/picture.js";
import {corpusImage} from "../../records/corpus-image.js";
import {modelsOfSite} from "../../site/models.js";
import {imageFolder, type PhotoFile} from "../../site/photos.js";
import {computeMissing} from "../../records/computeMissing.js";
import {unpack} from "../../records/archive.js";
import {archiveFile} from "../../records/places.js";

/** What of a photo the grid lies on, in whole pixels a patch. */
function seenOf(picture: Picture, seen: PhotoFile["fit"], [rows, columns]: Grid): Picture {
  // Every patch size divides the default square, so any serves to cut it.
  if (seen === undefined || seen === "square") return fit(picture, 1);
  return resizeLinear(picture, columns * 16, rows * 16);
}

const {values} = parseArgs({options: {model: {type: "string"}}});
const model = values.model!;
// A build has analysed them all; in the preview this page may be the first to ask.
const photos = (await modelsOfSite()).find(({id}) => id === model)?.photos ?? [];
const failures = await computeMissing(model, photos);
for (const {photo, reason} of failures) console.error(`${photo.file} is not in the corpus: ${reason}`);
const failed = new Set(failures.map(({photo}) => photo.id));
const images: CorpusImage[] = [];
for (const photo of photos.filter(({id}) => !failed.has(id))) {
  const archive = readFileSync(await archiveFile(model, photo));
  const files = unpack(archive, "summary.arrow", "attention-plain.arrow");
  const record = guarded(decodeRecord(files["summary.arrow"]));
  if (images.length && String(images[0].record.grid) !== String(record.grid)) {
    console.error(
      `${photo.file} is not in the corpus: its grid is ${record.grid.join(" × ")}, unlike the first photo's`
    );
    continue;
  }
  const picture = await readPicture(join(imageFolder, photo.file));
  images.push(
    corpusImage(record, decodeAttention(files["attention-plain.arrow"]), seenOf(picture, photo.fit, record.grid))
  );
}
process.stdout.write(JSON.stringify(corpusSummary("the photos of this site", images)));
