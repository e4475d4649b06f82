/** The golden SigLIP in a folder of its own, with a tokeniser of a few whole words. */
import {cpSync, mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {familyFile} from "./families.js";

const special = ["<unk>", "</s>"];
const words = "a photo of the cat dog sky grass wall bad good in my this is one large small".split(" ");

/** A `tokenizer.json` that knows whole words alone: sentences fit the golden tower's short context. */
export const wordTokenizer = {
  version: "1.0",
  added_tokens: special.map((content, id) => ({
    id,
    content,
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false
  })),
  normalizer: null,
  pre_tokenizer: {type: "Whitespace"},
  post_processor: null,
  decoder: null,
  model: {
    type: "WordLevel",
    unk_token: "<unk>",
    vocab: Object.fromEntries([...special, ...words].map((word, id) => [word, id]))
  }
};

export const siglipPreprocessor = {
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: true,
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.5, 0.5, 0.5],
  size: {height: 40, width: 40}
};

/** Writes the model's files. */
export function writeSiglip(folder: string): void {
  mkdirSync(folder, {recursive: true});
  for (const name of ["model.safetensors", "config.json"])
    cpSync(familyFile(`siglip/huggingface/${name}`), join(folder, name));
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(wordTokenizer));
  writeFileSync(join(folder, "preprocessor_config.json"), JSON.stringify(siglipPreprocessor));
}
