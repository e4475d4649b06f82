// A photo as the pages show it. Only the preview asks for it here; a build takes it from where it is kept.
import {parseArgs} from "node:util";
import {photoNamed} from "../site/photos.js";
import {photoPicture} from "./picture.js";

const {values} = parseArgs({options: {photo: {type: "string"}}});
process.stdout.write(await photoPicture(photoNamed(values.photo!)));
