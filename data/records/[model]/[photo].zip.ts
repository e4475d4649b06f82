// The files of one photo under one model: /data/records/MODEL/PHOTO/summary.arrow and its siblings.
import {parseArgs} from "node:util";
import {recordArchive} from "../files.js";

const {values} = parseArgs({options: {model: {type: "string"}, photo: {type: "string"}}});
process.stdout.write(await recordArchive(values.model!, values.photo!));
