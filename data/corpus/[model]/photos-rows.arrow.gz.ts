// The same photos image by image, each by the name that addresses give it: /data/corpus/MODEL/photos-rows.arrow.gz.
import {parseArgs} from "node:util";
import {gzipSync} from "node:zlib";
import {factsOf} from "../../../components/analysis/corpus/facts.js";
import {corpusRows} from "../../../components/analysis/corpus/rows.js";
import {encodeRows} from "../../../components/exchange/corpusRows.js";
import {photoImages} from "../../records/photo-images.js";

const {values} = parseArgs({options: {model: {type: "string"}}});
const images = await photoImages(values.model!);
const facts = images.map(({photo, image}) => ({...factsOf(image), image: photo.id}));
process.stdout.write(gzipSync(encodeRows(corpusRows("the photos of this site", facts)), {level: 9}));
