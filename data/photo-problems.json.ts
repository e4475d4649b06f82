// What is wrong in data/images, for the page that lists the photos.
import {listPhotoProblems} from "./photos.js";

process.stdout.write(JSON.stringify(listPhotoProblems()));
