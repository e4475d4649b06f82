// Outliers over the photos of data/images under one model: /data/corpus/MODEL/photos.json.
import {join} from "node:path";
import {parseArgs} from "node:util";
import {decodeRecord} from "../../../components/analysis/arrow.js";
import {corpusSummary, type CorpusImage} from "../../../components/analysis/corpus.js";
import {fit} from "../../../components/model/image/fit.js";
import {readPicture} from "../../cli/picture.js";
import {corpusImage} from "../../corpus-image.js";
import {imageFolder, listPhotos} from "../../photos.js";
import {recordArchive, unpack} from "../../records/files.js";

const {values} = parseArgs({options: {model: {type: "string"}}});
const images: CorpusImage[] = [];
// One after another: an image that is not analysed yet takes a model, and a few hundred models do not fit.
for (const {id, file} of listPhotos()) {
  const record = decodeRecord(unpack(await recordArchive(values.model!, id))["summary.arrow"]);
  // Every patch size divides the default square, so any serves to cut it.
  images.push(corpusImage(record, fit(await readPicture(join(imageFolder, file)), 1)));
}
process.stdout.write(JSON.stringify(corpusSummary("the photos of this site", images)));
