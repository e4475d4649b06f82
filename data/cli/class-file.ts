/** Classes from a file, as SCLIP's repository and mmseg have them. */
import {readFileSync} from "node:fs";
import {parseLabels, type LabelClass} from "../../components/model/segmentation/labels.js";
import {cannotRead} from "../files/missing.js";

/**
 * Reads a file of classes; a word may be in several of them, as in SCLIP's list for COCO-Object.
 *
 * @throws Error that names the file and what cannot be read in it
 */
export function classFile(path: string): LabelClass[] {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw cannotRead(path, cause);
  }
  try {
    return parseLabels(new TextDecoder(encodingOf(bytes), {fatal: true}).decode(bytes), {repeats: "keep"});
  } catch (cause) {
    const reason = cause instanceof TypeError ? "it is not text in UTF-8; save it as that." : (cause as Error).message;
    throw new Error(`--labels-file ${path}: ${reason}`, {cause});
  }
}

/** What Windows programs mark text with, or UTF-8. */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}
