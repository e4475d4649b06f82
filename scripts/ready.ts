/**
 * Makes the checkout one that a site can be made in, or ends the program with a line that says what is in the way.
 * Imported first: other modules look at photos and caches as they load.
 */
import {needWritable, restoreLinks} from "./checkout.js";

try {
  needWritable([".cache", "src/.observablehq/cache"]);
  for (const link of restoreLinks()) console.log(`${link} was no link; now it is one.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
