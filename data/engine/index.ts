/** The engine in Node: models from folders, devices, dense features. Loaders and the command line use it. */
import {existsSync, readFileSync} from "node:fs";
import {basename, join} from "node:path";
import type {Provenance} from "../../components/records/record.js";
import {classifierRows, Lexicon, type LexiconFile, type TextVectors} from "../../components/model/lexicon.js";
import {methodNamed, methods} from "../../components/model/methods/index.js";
import {changedOptions, readOptions, type GivenOptions} from "../../components/analysis/options.js";
import {readModel, type Model, type ReadOptions} from "../../components/model/model.js";
import {Engine, NoProxyError, type Pixels} from "../../components/model/runtime.js";
import type {Watch} from "../../components/model/sessions.js";
import type {WindowFeatures} from "../../components/model/segmentation/scores.js";
import {UnknownWordsError} from "../../components/model/spelling.js";
import {bestModel, findModel} from "../hub/index.js";
import {readLock} from "../hub/lock.js";
import {folderConfig} from "../hub/tensors.js";
import {readJson} from "../hub/weightsFile.js";
import {codeHash} from "./code.js";
import {openDevice, type DeviceName} from "./device.js";
import {openWords} from "./text.js";
import {readWeights} from "../hub/weights.js";

export {deviceNames, mostThreads, type DeviceName} from "./device.js";
export {Engine} from "../../components/model/runtime.js";

/** A model read from its folder. */
export interface LoadedModel extends Model {
  folder: string;
  /** SHA-256 of the weights, in hex. */
  hash: string;
  /**
   * Unit vectors that stand for words, one row a query.
   *
   * @throws UnknownWordsError when a lexicon does not have a word
   */
  text(queries: readonly string[]): Promise<TextVectors>;
}

/** How a model is to be read, where its files or its family are not to decide. */
export type ModelSettings = Pick<ReadOptions, "activation" | "positions">;

/**
 * Opens a model by id, repository or folder, the best that is here where none is named: its weights in any format, its
 * config, and `lexicon.json` where present.
 *
 * @throws Error naming what is missing or wrong, and how to get the model
 */
export async function openModel(idOrFolder?: string, settings: ModelSettings = {}): Promise<LoadedModel> {
  const found = await findModel(idOrFolder ?? (await bestModel()));
  const {id, folder} = found;
  const {checkpoint, file, hash} = readWeights(found);
  const model = readModel(id, checkpoint, folderConfig(folder, checkpoint.tensors), {
    file,
    preprocessor: readJson(join(folder, "preprocessor_config.json")),
    repository: (await readLock(folder))?.repository,
    ...settings
  });
  const tower = model.textTower;
  const words = once(async () =>
    tower ? openWords({tower, folder, hash}) : new Lexicon(classifierRows(model), readLexicon(folder, model))
  );
  return {...model, folder, hash, text: async (queries) => answered(() => words().then((own) => own.vectors(queries)))};
}

/** What answers words; those it does not know get neighbours by WordNet. */
async function answered(answer: () => Promise<TextVectors>): Promise<TextVectors> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof UnknownWordsError)) throw error;
    const {Neighbours, openWordNet} = await import("../files/wordnet.js");
    throw error.byMeaning((known) => {
      const neighbours = new Neighbours(openWordNet(), known);
      return (word) => neighbours.of(word);
    });
  }
}

/** Does the work when it is first asked for. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => (done ??= work());
}

/** A model's own lexicon; models with ImageNet-1k's classes share the one that `mini` has. */
function readLexicon(folder: string, model: Model): LexiconFile {
  const own = join(folder, "lexicon.json");
  if (existsSync(own)) return readJson(own) as LexiconFile;
  if (model.geometry.classes !== 1000)
    throw new Error(`${basename(folder)} has neither a text tower nor a lexicon.json, so it cannot answer words.`);
  return readJson(new URL("../models/mini/lexicon.json", import.meta.url).pathname) as LexiconFile;
}

/** What a model runs on. */
export interface DeviceChoice {
  device?: DeviceName;
  threads?: number;
  watch?: Watch;
}

/** An engine for a model on a device; with a second model, for methods that look through two. */
export function openEngine(
  model: Model,
  {device = "auto", threads = 0, proxy, watch}: DeviceChoice & {proxy?: Model} = {}
): Engine {
  const on = {...openDevice(device, threads), watch};
  return new Engine(model, on, undefined, proxy && new Engine(proxy, on));
}

/**
 * Opens the second model of a method that looks through two; undefined where none is named and none needed.
 *
 * @throws RangeError when one is needed and not named, or named and not used
 */
export async function openProxy(method: string, id?: string): Promise<LoadedModel | undefined> {
  const {name, proxy} = methodNamed(method);
  if (id !== undefined && !proxy)
    throw new RangeError(`--proxy is for methods that look through a second model: ${proxyMethods}; not for ${name}.`);
  if (id === undefined && proxy && proxy !== "optional") throw new NoProxyError(name);
  return id === undefined ? undefined : openModel(id);
}

const proxyMethods = Object.values(methods)
  .filter(({proxy}) => proxy)
  .map(({name}) => name)
  .join(", ");

/** Dense features of a method for a batch of pictures of one size. */
export async function denseFeatures(
  engine: Engine,
  pixels: Pixels,
  method: string,
  options?: GivenOptions
): Promise<WindowFeatures> {
  return (await engine.features([{method, options}], pixels))[0];
}

/** The version of ONNX Runtime here. */
const {version: onnxruntime} = JSON.parse(
  readFileSync(new URL("../../node_modules/onnxruntime-node/package.json", import.meta.url), "utf8")
) as {version: string};

/** What was guessed of a model, and another way with positions or activation than its own, where there is any. */
function notesOf({geometry: {positions}, guesses}: Model): Pick<Provenance, "notes"> {
  const whose = positions && positions.by !== "original" ? [`positions resampled as ${positions.by} does`] : [];
  const notes = [...whose, ...guesses];
  return notes.length ? {notes} : {};
}

/** Who computed something, with what. */
export function provenanceOf(
  model: LoadedModel,
  engine: Engine,
  method: string,
  options: GivenOptions = {},
  proxy?: LoadedModel
): Provenance {
  const {options: specs} = methodNamed(method);
  return {
    model: model.id,
    weights: model.hash,
    device: engine.device.name,
    method,
    options: changedOptions(specs, readOptions(method, specs, options)),
    ...(model.changes && {interventions: model.changes.map(({text}) => text)}),
    ...notesOf(model),
    ...(proxy ? {proxy: {model: proxy.id, weights: proxy.hash}} : {}),
    versions: {"sfp-explorer": `code ${codeHash().slice(0, 12)}`, onnxruntime}
  };
}
