// Analyses the photos of data/images that are new, changed, or were analysed by other code, and encodes words for models
// with a text tower. An interrupted run goes on where it stopped. npm run build begins with it; npm start does it beside
// the preview.
import {modelsOfSite} from "../data/site/models.js";
import {computeMissing} from "../data/records/computeMissing.js";
import {wordsFile} from "../data/records/words.js";

for (const {id, words, photos} of await modelsOfSite()) {
  const byReason = new Map<string, string[]>();
  for (const {photo, reason} of await computeMissing(id, photos))
    byReason.set(reason, [...(byReason.get(reason) ?? []), photo.file]);
  for (const [reason, files] of byReason) {
    const named = files.slice(0, 3).join(", ");
    const others = files.length > 3 ? ` and ${files.length - 3} more` : "";
    console.error(`No analysis of ${named}${others} under ${id}: ${reason}`);
  }
  // What this encodes is kept; a page that asks for words would wait for it.
  if (words === "list") await wordsFile(id);
}
