// A photo as the pages show it: the square crop that the model sees, small enough to load at once.
import {join} from "node:path";
import {parseArgs} from "node:util";
import sharp from "sharp";
import {imageFolder, listPhotos} from "../photos.js";

const side = 448;
const most = 60 * 1024;

const {values} = parseArgs({options: {photo: {type: "string"}}});
const photo = listPhotos().find(({id}) => id === values.photo);
if (!photo) throw new Error(`no photo "${values.photo}" in data/images`);

const crop = sharp(join(imageFolder, photo.file)).rotate().resize(side, side, {fit: "cover", kernel: "cubic"});
let webp: Buffer;
let quality = 85;
do webp = await crop.clone().webp({quality}).toBuffer();
while (webp.length > most && (quality -= 10) > 0);

process.stdout.write(webp);
