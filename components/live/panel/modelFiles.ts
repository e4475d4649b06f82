/** A model out of the files that a reader opened or dropped together. */
import type {ModelSource} from "../catalog.js";

const weightsName = /\.(safetensors|pt|pth|bin)$/i;
const indexName = /\.index\.json$/i;

/** Names of files that say how a model is read, and how words become its tokens. */
const configNames = ["config.json", "open_clip_config.json"];
const tokenizerNames = ["tokenizer.json", "merges.txt", "bpe_simple_vocab_16e6.txt.gz"];

/** Whether a file is one of a model's, by its name. */
export function isModelFile({name}: {name: string}): boolean {
  const known = [...configNames, ...tokenizerNames, "preprocessor_config.json"];
  return weightsName.test(name) || indexName.test(name) || known.includes(name);
}

/** What the button and the errors ask for. */
const wanted =
  "a file of weights (.safetensors, .pt, .pth or .bin), or its parts with their index (model.safetensors.index.json), with its config.json or open_clip_config.json, preprocessor_config.json where it has one, and tokenizer.json where it has a text tower";

/**
 * The model that files are. Where both of open_clip's and transformers' configs are there, the weights' names decide later.
 *
 * @throws Error saying what is missing
 */
export function modelOfFiles(files: readonly File[]): ModelSource {
  const weights = files.filter(({name}) => weightsName.test(name));
  const indices = files.filter(({name}) => indexName.test(name));
  const named = (...names: readonly string[]) =>
    names.map((name) => files.find((file) => file.name === name)).find((file) => file !== undefined);
  const beside = {
    config: named("config.json"),
    openClipConfig: named("open_clip_config.json"),
    tokenizer: named(...tokenizerNames),
    preprocessor: named("preprocessor_config.json")
  };
  const list = (some: readonly File[]) => some.map(({name}) => name).join(", ");
  if (!weights.length) throw new Error(`No weights are among ${list(files) || "the files"}. Choose ${wanted}.`);
  if (indices.length > 1) throw new Error(`${list(indices)} are several indices: open the files of one model.`);
  const [index] = indices;
  if (index) {
    const id = index.name.replace(/\.\w+\.index\.json$/i, "");
    const parts = Object.fromEntries(weights.map((file) => [file.name, file]));
    return {id, weights: index, shards: parts, ...beside};
  }
  if (weights.length > 1)
    throw new Error(
      `${list(weights)} are several files of weights. Open one; or, if they are parts of one model, their index (model.safetensors.index.json) with them.`
    );
  return {id: weights[0].name.replace(/\.\w+$/, ""), weights: weights[0], ...beside};
}
