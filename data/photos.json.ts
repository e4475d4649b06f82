// The photos that pages offer, with their credits.
import {listPhotos} from "./site/photos.js";

process.stdout.write(JSON.stringify(listPhotos()));
