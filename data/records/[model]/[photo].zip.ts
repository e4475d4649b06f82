// The files of one photo under one model: /data/records/MODEL/PHOTO/summary.arrow.gz and its siblings. Only the preview
// asks for them here; a build takes them from where they are kept.
import {parseArgs} from "node:util";
import {packStored} from "../archive.js";
import {photoArchive} from "../photoArchive.js";
import {servedFiles} from "../served.js";
import {photoNamed} from "../../site/photos.js";

const {values} = parseArgs({options: {model: {type: "string"}, photo: {type: "string"}}});
const archive = await photoArchive(values.model!, photoNamed(values.photo!));
process.stdout.write(packStored(servedFiles(archive)));
