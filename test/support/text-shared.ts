import {existsSync, readFileSync} from "node:fs";
import {fileURLToPath} from "node:url";
import {type Merge, readMerges} from "../../components/model/text/merges.js";

const path = fileURLToPath(new URL("../../../shared/models/clip-bpe/bpe_simple_vocab_16e6.txt.gz", import.meta.url));

/** A reason to skip what needs CLIP's merge table, which is not part of the project; false where it is there. */
export const noMerges: string | false = existsSync(path)
  ? false
  : "CLIP's merge table is not in ../shared/models/clip-bpe";

export async function clipMergeTable(): Promise<Merge[]> {
  return readMerges(new Uint8Array(readFileSync(path)));
}

/** [text, cleaned, tokens] by OpenAI's own algorithm with ftfy 6.3.1, in Python. */
export const hardStrings = JSON.parse(readFileSync(new URL("../text/hard-strings.json", import.meta.url), "utf8")) as [
  text: string,
  cleaned: string,
  tokens: number[]
][];
