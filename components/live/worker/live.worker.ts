// Runs a model off the main thread: one call at a time, the newest picture first.
import {fit} from "../../model/image/fit.js";
import {inputOf} from "../../model/image/input.js";
import type {Picture} from "../../model/image/pixels.js";
import {classifierRows, type LexiconFile} from "../../model/lexicon.js";
import {sfp} from "../../model/methods/sfp.js";
import {changedOptions, readOptions} from "../../analysis/options.js";
import {repairSweep, type Engines} from "../../model/compute.js";
import {Engine, type Pixels} from "../../model/runtime.js";
import {Sessions} from "../../model/sessions.js";
import type {ModelSource} from "../catalog.js";
import {openBrowserDevice, runtimeVersion} from "./device.js";
import {failureOf} from "../failure.js";
import {fetchData} from "../../site/files.js";
import {cutWords, partAt} from "../cut.js";
import {decodePicture, opaque} from "./picture.js";
import type {Ask, CallName, Calls, OpenModel, Tell} from "../protocol.js";
import {reduced, segmentPicture} from "./segmenting.js";
import {causesHere, changedFeatures, changedPicture} from "./causes.js";
import {openSecond} from "./second.js";
import {readSource} from "./source.js";
import {LivePicture} from "./livePicture.js";
import type {Turn} from "./turn.js";
import {openTowerWords, type TowerWords} from "./towerWords.js";

/** The open model, what runs it, and the picture that was looked at last. */
interface Bench {
  info: OpenModel;
  engine: Engine;
  /** The engine, and with a second model another. */
  engines: Engines;
  sessions: Sessions;
  tower?: TowerWords;
  picture?: Picture;
  subject?: LivePicture;
}

let bench: Bench | undefined;

const calls: {[N in CallName]: (ask: Calls[N]["ask"], turn: Turn) => Promise<Calls[N]["answer"]>} = {
  async open({model: source, kind}, turn) {
    if (bench) throw new Error("This worker has a model already.");
    const {model: read, hash, table} = await readSource(source, turn);
    turn.tell({progress: {stage: "runtime"}});
    for (const guess of read.guesses) turn.tell({note: guess});
    const precision = kind === "webgpu-float16" ? "float16" : "float32";
    // Words are compared with features in the space of the image feature.
    const model = {...read, precision, dense: "pooled"} as const;
    const device = await openBrowserDevice(kind, (note) => turn.tell({note}));
    const {id, geometry, guesses} = model;
    const info: OpenModel = {id, geometry, device: device.name, hash, guesses};
    const file = await readLexicon(source, model.geometry.classes);
    let tower: TowerWords | undefined;
    if (file) info.words = {rows: classifierRows(model), file};
    else {
      try {
        tower = await openTowerWords(model, {table, device});
      } catch (error) {
        // Without words there is still everything else to see.
        info.wordless = failureOf(error).message;
      }
      info.tower = tower !== undefined;
    }
    // Six stretches of a trunk with twelve layers, and a few more for heads and methods.
    const engine = new Engine(model, device, 2);
    bench = {info, tower, engine, engines: {engine}, sessions: new Sessions(model.checkpoint, device, 14)};
    return info;
  },

  async second({model}, turn) {
    await openSecond(opened().engines, model, turn);
    return null;
  },

  async look({image, file, fit: how, at = 0.5, options}, {tell, signal}) {
    const {info} = opened();
    tell({progress: {stage: "image"}});
    const {picture, note} = await decodePicture(file);
    if (note) tell({note});
    const square = fit(partAt(picture, how, at), info.geometry.patch, how);
    tell({looked: {square: opaque(square), whole: opaque(reduced(picture))}});
    const subject = livePicture(opened(), square, {image, fit: how, at, options});
    // Its first layers can be looked into while the others run.
    Object.assign(opened(), {picture, subject});
    const of = info.geometry.layers;
    tell({progress: {stage: "layers", done: 0, of}});
    await subject.run(
      (done) => {
        tell({progress: {stage: "layers", done, of}});
        if (done < of) tell({record: subject.record(done)});
      },
      () => breathe(signal)
    );
    return subject.record(of);
  },

  async warm({fit: how, options, methods}, {signal}) {
    const {info, engines} = opened();
    const grey = {width: how.size, height: how.size, data: new Uint8Array(3 * how.size ** 2).fill(128)};
    const subject = livePicture(opened(), fit(grey, info.geometry.patch, how), {image: "", fit: how, at: 0.5, options});
    await subject.run(
      () => {},
      () => breathe(signal)
    );
    const width = info.geometry.features;
    const asked = {
      methods: methods.filter(({proxied}) => !proxied),
      classes: [{words: ["grey"]}],
      text: {vectors: new Float32Array(width).fill(1), width},
      settings: {crop: 0, short: how.size},
      probabilities: false
    };
    await segmentPicture(engines, grey, asked, {signal, tell: () => {}});
    return null;
  },

  attention: async ({trunk, layer}) => looked().attention(trunk, layer),
  heads: ({trunk, layer}) => looked().heads(trunk, layer),
  features: ({stage, options}) => looked().features(stage, options),
  tokens: async ({trunk, layer}) => looked().tokens(trunk, layer),

  async repairs(_, {signal}) {
    const {grid, pixels} = looked().options;
    return repairSweep(opened().engine, grid, pixels, () => signal.throwIfAborted());
  },

  async words({words}, {signal, tell}) {
    const {tower, info} = opened();
    if (!tower) throw new Error(info.wordless ?? `${info.id} has no text tower.`);
    return tower.vectors(words, {
      signal,
      onProgress: (done, of) => tell({progress: {stage: "words", done, of}})
    });
  },

  async segment(ask, turn) {
    const {engines, picture} = opened();
    if (!picture) throw new Error("No picture has been looked at yet.");
    return segmentPicture(engines, picture, ask, turn);
  },

  change: ({text, photos}) => changedPicture(causesPlace(), text, reading(photos)),
  changedFeatures: ({photos, ...ask}) => changedFeatures(causesPlace(), ask, reading(photos)),
  causes: () => causesHere(causesPlace()),

  run: ({request, pixels}) => opened().engine.run(request, pixels)
};

/** A picture as the model looks at it, yet to be run. */
function livePicture(
  {info, engines, sessions}: Bench,
  square: Picture,
  {image, fit: how, at, options}: Required<Omit<Calls["look"]["ask"], "file">>
): LivePicture {
  const values = readOptions("sfp", sfp.options, options, info.geometry.layers);
  return new LivePicture(engines, sessions, {
    image,
    ...inputOf(square, info.geometry),
    som: values,
    provenance: {
      model: info.id,
      weights: info.hash,
      device: info.device,
      method: "sfp",
      options: [...changedOptions(sfp.options, values), ...cutWords(how, at)],
      ...(info.guesses.length && {notes: [...info.guesses]}),
      versions: {onnxruntime: runtimeVersion()}
    }
  });
}

function opened(): Bench {
  if (!bench) throw new Error("No model is open.");
  return bench;
}

function looked(): LivePicture {
  const {subject} = opened();
  if (!subject) throw new Error("No picture has been looked at yet.");
  return subject;
}

function causesPlace() {
  const {info, engine, sessions} = opened();
  return {info, engine, sessions, subject: looked()};
}

/** Reads one of some photos as the picture was read. */
function reading(photos: Readonly<Record<string, Blob>>): (photo: string) => Promise<Pixels> {
  return async (photo) => {
    const {info} = opened();
    const {grid, pixels} = looked().options;
    if (!Object.hasOwn(photos, photo)) throw new RangeError(`This site has no photo ${photo}.`);
    const {picture} = await decodePicture(photos[photo]);
    const how = {shape: "square", size: pixels.dims[2]} as const;
    if (grid[0] !== grid[1])
      throw new RangeError("The same token of another photo needs the picture as its middle square.");
    return inputOf(fit(picture, info.geometry.patch, how), info.geometry).pixels;
  };
}

/** Models with ImageNet-1k's classes share one lexicon. */
async function readLexicon(_source: ModelSource, classes?: number): Promise<LexiconFile | undefined> {
  if (classes !== 1000) return undefined;
  return JSON.parse(new TextDecoder().decode(await fetchData("models/mini/lexicon.json"))) as LexiconFile;
}

/** Lets messages in, so that a cancellation is heard between two runs. */
async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  signal.throwIfAborted();
}

/** What waits for its turn, the lower rank first. What a reader waits for comes before what figures ask for. */
const ranks: Record<CallName, number> = {
  open: 0,
  second: 1,
  look: 0,
  run: 0,
  attention: 1,
  heads: 1,
  words: 1,
  change: 1,
  changedFeatures: 2,
  causes: 1,
  segment: 2,
  features: 3,
  tokens: 3,
  repairs: 4,
  warm: 5
};

interface QueuedCall {
  message: Exclude<Ask, {cancel: number}>;
  controller: AbortController;
}

const waiting: QueuedCall[] = [];
const pending = new Map<number, AbortController>();
let busy = false;

function tell(message: Tell): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
  postMessage(message);
}

async function answer({message: {id, name, ask}, controller: {signal}}: QueuedCall): Promise<void> {
  try {
    signal.throwIfAborted();
    const call = calls[name] as (ask: unknown, turn: Turn) => Promise<Calls[CallName]["answer"]>;
    const found = await call(ask, {signal, tell: (news) => tell({id, news})});
    signal.throwIfAborted();
    tell({id, answer: found});
  } catch (error) {
    tell({id, error: failureOf(error)});
  } finally {
    pending.delete(id);
  }
}

/** Takes turns until nothing waits. */
async function work(): Promise<void> {
  if (busy) return;
  busy = true;
  while (waiting.length > 0) {
    const least = Math.min(...waiting.map(({message}) => ranks[message.name]));
    const at = waiting.findIndex(({message}) => ranks[message.name] === least);
    await answer(...(waiting.splice(at, 1) as [QueuedCall]));
    // Lets messages in, so that what matters more can overtake.
    await new Promise((resolve) => setTimeout(resolve));
  }
  busy = false;
}

addEventListener("message", ({data}: MessageEvent<Ask>) => {
  if ("cancel" in data) return pending.get(data.cancel)?.abort();
  // A new picture ends whatever is still asked of the one before.
  if (data.name === "look") for (const controller of pending.values()) controller.abort();
  const controller = new AbortController();
  pending.set(data.id, controller);
  const turn = {message: data, controller};
  // Attention is kept and needs no run: a slider is not to wait for a segmentation.
  if (data.name === "attention") void answer(turn);
  else {
    waiting.push(turn);
    void work();
  }
});
