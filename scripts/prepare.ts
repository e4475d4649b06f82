import {listPhotoProblems, listPhotoFiles} from "../data/site/photos.js";

/** Checks what the pages will ask for, and says what a person may want to change. */
export async function prepare(): Promise<void> {
  console.log(`${listPhotoFiles().length} photos in data/images`);
  for (const {file, kind, message} of listPhotoProblems()) console.log(`  ${file} (${kind}): ${message}`);
}
