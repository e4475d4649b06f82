// The photos that pages offer, with their credits.
import {listPhotos} from "./photos.js";

process.stdout.write(JSON.stringify(listPhotos()));
