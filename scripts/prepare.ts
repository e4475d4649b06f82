import {listPhotos} from "../data/photos.js";

/** Checks what the pages will ask for, and says what a person may want to add. */
export async function prepare(): Promise<void> {
  const photos = listPhotos();
  const uncredited = photos.filter(({licence}) => licence === "unknown");
  console.log(`${photos.length} photos in data/images`);
  for (const {file} of uncredited) console.log(`  ${file} has no entry in data/images/credits.json`);
}
