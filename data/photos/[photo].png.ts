// All of a photo whose own file browsers cannot decode. Only the preview asks for it here.
import {parseArgs} from "node:util";
import {photoNamed} from "../site/photos.js";
import {wholePicture} from "./picture.js";

const {values} = parseArgs({options: {photo: {type: "string"}}});
process.stdout.write(await wholePicture(photoNamed(values.photo!)));
