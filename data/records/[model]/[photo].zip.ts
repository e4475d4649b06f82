// The files of one photo under one model: /data/records/MODEL/PHOTO/summary.arrow.gz and its siblings. Only the preview
// asks for them here; a build takes them from where they are kept.
import {parseArgs} from "node:util";
import {photoArchive} from "../photoArchive.js";
import {photoNamed} from "../../site/photos.js";

const {values} = parseArgs({options: {model: {type: "string"}, photo: {type: "string"}}});
process.stdout.write(await photoArchive(values.model!, photoNamed(values.photo!)));
