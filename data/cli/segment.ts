/** A picture's label map: an indexed PNG and a legend. */
import {existsSync, readFileSync} from "node:fs";
import {extname} from "node:path";
import {methodNamed} from "../../components/model/methods/index.js";
import {fit} from "../../components/model/image/fit.js";
import {segmentationPixels, type Colours, type PixelPlanes} from "../../components/model/image/normalise.js";
import type {Picture} from "../../components/model/image/pixels.js";
import {clusterRegions, voteInRegions} from "../../components/model/segmentation/cliptrase.js";
import {classHeat} from "../../components/model/segmentation/heat.js";
import {
  classOfQueries,
  countLabels,
  equalWords,
  parseLabels,
  type LabelClass
} from "../../components/model/segmentation/labels.js";
import {
  defaultSettings,
  segment,
  type Segmentation,
  type SegmentSettings
} from "../../components/model/segmentation/segment.js";
import {notComputed} from "../../components/model/segmentation/own-scores.js";
import {tile, type PixelBatch} from "../../components/model/segmentation/windows.js";
import {openBackend, propagateHelp, propagationWords, scoringWords, type Backend, type OpenBackend} from "./backend.js";
import {classFile} from "./class-file.js";
import {maskPng, vocColours} from "../files/masks.js";
import {readNumbers, writeNpy} from "../files/npy.js";
import {askedSize, needPatch, needRoom, resized, tellChange} from "./inputs.js";
import {interveneHelp, interveneOptions} from "./intervene.js";
import {modelHelp, modelOptions, parse, UsageError, wholeNumber} from "./options.js";
import {claimFiles, OutputError, writeWhole, type Streams} from "../files/output.js";
import {readPicture} from "../files/picture.js";

export const help = `segment --image FILE --labels "cat; dog, puppy; grass" --out MASK.png [options]
  The label map as an indexed PNG at the picture's size, and beside it a JSON legend (MASK.json).
  --labels TEXT       classes; ";" separates them, "," separates words for the same class
  --labels-file FILE  or a file of classes: a line a class, as SCLIP's cls_*.txt, or mmseg's classes=("wall", ...)
  --size S            short side before windows are cut (default ${defaultSettings.short}); an .npy (3, H, W) keeps its own size
  --square S          only the middle square of the picture, at S px
  --crop N            side of a window; 0: the whole picture at once (default ${defaultSettings.crop})
  --stride N          from one window to the next (default ${defaultSettings.stride})
  --scale X           multiplies cosines before the softmax (default ${defaultSettings.scale})
  --prob-thd X        pixels with a lower probability become the first class (default 0)
  --area-thd X        classes with a smaller share of the foreground are removed (default none)
  --pamr N            rounds of pixel-adaptive refinement (default 0)
  --clusters          CLIPtrase's clustering: each region takes the class of most of its pixels (with --method cliptrase
                      --crop 0; DBSCAN's radius 0.7 and 3 neighbours, at a short side of 336 px or more 1.1 and 7)
  --feedback X        ResCLIP's semantic feedback (with --method resclip): each window is segmented, refined, and looked at
                      again; pixels of a lower probability than X count as the first class (0.1 for VOC20)
  --heat FILE.npy     also the heat map of each class: float32 (classes, rows, columns), the greatest cosine of its words
                      at each patch of the whole picture (with --crop 0)
  --surgery           with --heat, CLIP Surgery's: what all words share is removed from each; a single word needs a model
                      with a text tower
  --json              also print the legend on standard output
${propagateHelp}
${interveneHelp}
${modelHelp}`;

const options = {
  ...modelOptions,
  ...interveneOptions,
  image: {type: "string"},
  labels: {type: "string"},
  "labels-file": {type: "string"},
  size: {type: "string"},
  square: {type: "string"},
  crop: {type: "string"},
  stride: {type: "string"},
  scale: {type: "string"},
  "prob-thd": {type: "string"},
  "area-thd": {type: "string"},
  pamr: {type: "string"},
  clusters: {type: "boolean", default: false},
  feedback: {type: "string"},
  heat: {type: "string"},
  surgery: {type: "boolean", default: false},
  propagate: {type: "boolean", default: false}
} as const;

function readWords(args: string[]) {
  return parse({args, options}).values;
}

type Values = ReturnType<typeof readWords>;

export async function run(args: string[], streams: Streams, open: OpenBackend = openBackend): Promise<number> {
  const {words, propagation} = propagationWords(readWords(args));
  const {words: values, scoring} = scoringWords(words);
  const {image, out, json} = values;
  if (image === undefined) throw new UsageError("--image FILE is needed.");
  if (out === undefined) throw new UsageError("--out MASK.png is needed: the label map is binary.");
  if (extname(out).toLowerCase() !== ".png")
    throw new UsageError(`--out ${out}: the label map is a PNG; its name must end in .png.`);
  const classes = classesOf(values);
  const settings = settingsOf(values);
  if (propagation && (settings.pamr > 0 || values.clusters))
    throw new UsageError("--propagate takes the place of --pamr and --clusters: give one of them.");
  if (values.clusters && (values.method !== "cliptrase" || settings.crop !== 0))
    throw new UsageError(
      "--clusters is a part of CLIPtrase on the whole picture: it needs --method cliptrase --crop 0."
    );
  const feedback = share("feedback", values.feedback, 1);
  if (feedback !== undefined && values.method !== "resclip")
    throw new UsageError("--feedback is a part of ResCLIP: it needs --method resclip.");
  needWholePicture(values, settings);
  const legendFile = `${out.slice(0, -4)}.json`;
  claimFiles([out, legendFile, values.heat], {inputs: [image, values["labels-file"]]});
  needOwnLegend(legendFile);
  const source = await readSource(image);
  const backend = await open(values, streams);
  try {
    const pixels = prepared(source, values, {settings, classes, backend}, streams);
    const text = await backend.text(classes.flatMap(({words}) => words));
    const {vectors} = text;
    for (const note of equalWords(classes, text)) streams.stderr.write(`${note}\n`);
    const {geometry: colours, provenance} = backend;
    const {scale} = settings;
    const batch = backend.seesAllWindows ? "all" : undefined;
    const own = scoring && backend.withScores!({scoring, text: vectors, classes});
    const features =
      feedback === undefined
        ? (own ?? backend.features)
        : backend.withFeedback!({text: vectors, classes, scale, probability: feedback});
    let found = await segment({image: pixels, colours, features, text: vectors, classes, settings, batch, propagation});
    if (values.clusters) found = {...found, labels: await clustered(found, backend, pixels, settings)};
    const heat =
      values.heat === undefined ? undefined : await heatOf(values, {backend, pixels, settings, classes, text: vectors});
    const palette = vocColours(Math.min(classes.length, 256));
    const legend = {
      image,
      size: [found.width, found.height],
      settings: {...settings, feedback, propagation, scoring},
      ...(heat && {heat: {file: values.heat, shape: heat.shape, surgery: values.surgery}}),
      ...(Object.hasOwn(notComputed, values.method) ? {notComputed: notComputed[values.method]} : {}),
      provenance,
      classes: legendOf(found, classes, palette)
    };
    const legendText = JSON.stringify(legend, null, 2) + "\n";
    writeWhole(out, maskPng(found, palette));
    writeWhole(legendFile, legendText);
    if (heat) writeWhole(values.heat!, writeNpy(heat));
    if (json) streams.stdout.write(legendText);
    const count = `${classes.length} ${classes.length > 1 ? "classes" : 'class (";" separates classes)'}`;
    streams.stderr.write(
      `${out}: ${count}, ${found.windows} windows, ${provenance.model}, ${provenance.method}, on ${provenance.device}\n`
    );
    return 0;
  } finally {
    await backend.close();
  }
}

/** The labels after CLIPtrase's vote within regions; where DBSCAN finds only noise they stay. */
async function clustered(
  {labels, width, height}: Segmentation,
  {correlation, geometry}: Backend,
  image: Picture | PixelPlanes,
  {short}: SegmentSettings
): Promise<Segmentation["labels"]> {
  const {grid, values} = await correlation!(asBatch(planesOf(image, geometry, short)));
  const options = short >= 336 ? {radius: 1.1, neighbours: 7} : {radius: 0.7, neighbours: 3};
  const voted = voteInRegions(labels, clusterRegions(values, grid, {width, height}, options));
  return labels instanceof Uint8Array ? Uint8Array.from(voted) : voted;
}

/** A picture as one window: its short side as asked, normalised. */
function planesOf(image: Picture | PixelPlanes, colours: Colours, short: number): PixelPlanes {
  return image.data instanceof Float32Array
    ? (image as PixelPlanes)
    : segmentationPixels(image as Picture, colours, short);
}

function asBatch({height, width, data}: PixelPlanes): PixelBatch {
  return {dims: [1, 3, height, width], data};
}

/** @throws UsageError where heat maps are asked for of windows, or surgery of nothing */
function needWholePicture({heat, surgery}: Values, {crop}: SegmentSettings): void {
  if (surgery && heat === undefined) throw new UsageError("--surgery changes heat maps: give --heat FILE.npy too.");
  if (heat === undefined) return;
  if (extname(heat).toLowerCase() !== ".npy")
    throw new UsageError(`--heat ${heat}: heat maps are an array; the name must end in .npy.`);
  if (crop !== 0) throw new UsageError("--heat is of the whole picture at once: it needs --crop 0.");
}

/** The heat map of each class, classes × rows × columns. */
async function heatOf(
  {surgery}: Values,
  {backend, pixels: source, settings, classes, text}: HeatAsked
): Promise<{shape: number[]; data: Float32Array}> {
  const whole = planesOf(source, backend.geometry, settings.short);
  const pixels = asBatch(whole);
  const features = await backend.features(pixels, whole, source);
  const words = {vectors: text, classOf: classOfQueries(classes), classes: classes.length};
  const single = words.classOf.length === 1;
  const vectors = surgery
    ? {image: await backend.image!(pixels), ...(single && {empty: (await emptyText(backend)).vectors})}
    : undefined;
  const maps = classHeat(features, words, vectors);
  const data = new Float32Array(maps.length * maps[0].length);
  for (const [i, map] of maps.entries()) data.set(map, i * map.length);
  return {shape: [maps.length, ...features.grid], data};
}

interface HeatAsked {
  backend: Backend;
  pixels: Picture | PixelPlanes;
  settings: SegmentSettings;
  classes: LabelClass[];
  text: Float32Array;
}

/** @throws Error where a model answers no empty text */
async function emptyText({text}: Backend): Promise<{vectors: Float32Array}> {
  return text([""]).catch((cause: unknown) => {
    throw new Error(
      "--surgery with a single word compares it with the empty text, which this model cannot answer. Give two words or more.",
      {cause}
    );
  });
}

/** The classes of --labels or --labels-file. */
function classesOf({labels, "labels-file": file}: Values): LabelClass[] {
  if (labels !== undefined && file !== undefined)
    throw new UsageError("--labels and --labels-file exclude each other.");
  if (file !== undefined) return classFile(file);
  if (labels === undefined)
    throw new UsageError('--labels is needed, such as "cat; dog, puppy; grass", or --labels-file FILE.');
  try {
    return parseLabels(labels);
  } catch (error) {
    throw new UsageError(`--labels: ${(error as Error).message}`);
  }
}

function settingsOf(values: Values): SegmentSettings {
  const {size, square: side} = values;
  if (size !== undefined && side !== undefined) throw new UsageError("--size and --square exclude each other.");
  const whole = (name: "crop" | "stride" | "pamr", least: number): number =>
    values[name] === undefined ? defaultSettings[name] : wholeNumber(name, values[name], least);
  const short = size ?? side;
  return {
    short: short === undefined ? defaultSettings.short : wholeNumber(size === undefined ? "square" : "size", short, 1),
    crop: whole("crop", 0),
    stride: whole("stride", 1),
    pamr: whole("pamr", 0),
    scale: share("scale", values.scale, Infinity) ?? defaultSettings.scale,
    probability: share("prob-thd", values["prob-thd"], 1) ?? 0,
    area: share("area-thd", values["area-thd"], 1) ?? null
  };
}

function share(option: string, word: string | undefined, greatest: number): number | undefined {
  if (word === undefined) return undefined;
  const value = Number(word);
  if (word.trim() && value >= 0 && value <= greatest && Number.isFinite(value)) return value;
  throw new UsageError(
    `--${option} ${word}: a number from 0${greatest < Infinity ? ` to ${greatest}` : ""} is needed.`
  );
}

async function readSource(file: string): Promise<Picture | PixelPlanes> {
  if (extname(file).toLowerCase() !== ".npy") return readPicture(file);
  const {shape, data} = await readNumbers(file);
  const dims = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  if (dims.length !== 3 || dims[0] !== 3)
    throw new Error(`${file} has shape (${shape.join(", ")}); one image, (3, H, W), is needed.`);
  return {height: dims[1], width: dims[2], data};
}

/**
 * What is segmented: an array as it is, a picture, or its middle square.
 *
 * @throws UsageError for a window of less than a patch; Error in the picture's own numbers where it is smaller than a
 *   patch; MemoryError where windows or scores would not fit
 */
function prepared(
  source: Picture | PixelPlanes,
  values: Values,
  {settings, classes, backend}: {settings: SegmentSettings; classes: readonly LabelClass[]; backend: Backend},
  {stderr}: Streams
): Picture | PixelPlanes {
  const {patch} = backend.geometry;
  const {crop, stride} = settings;
  const file = values.image!;
  if (crop && crop < patch)
    throw new UsageError(`--crop ${crop}: the model's patch is ${patch} px; a window needs one.`);
  const array = source.data instanceof Float32Array;
  if (array && (values.square !== undefined || values.size !== undefined))
    throw new UsageError("--size and --square are for pictures; an .npy is taken as it is.");
  const asked =
    values.square === undefined
      ? {option: "size" as const, px: settings.short}
      : askedSize({square: values.square}, patch);
  // The middle square has its final size; windows are then cut from it at the short side, which is the same.
  const [width, height] = array ? [source.width, source.height] : resized(source, asked);
  needPatch(file, source, [width, height], asked, patch);
  const tiling = tile(height, width, {crop, stride});
  const windows = tiling.rows.length * tiling.columns.length;
  const [{padded: tall}] = tiling.rows;
  const [{padded: wide}] = tiling.columns;
  // Scores: one for each patch of each window, or with regions each pixel, and each word.
  const words = classes.reduce((sum, one) => sum + one.words.length, 0);
  const cells =
    methodNamed(values.method).proxy === "regions" ? tall * wide : Math.floor(tall / patch) * Math.floor(wide / patch);
  const besides = 4 * (windows * cells * words + 3 * width * height);
  if (backend.needMemory)
    needRoom({needMemory: backend.needMemory}, [1, 3, tall, wide], {option: crop ? "crop" : asked.option}, besides);
  if (!array) tellChange(stderr, file, source, [width, height], asked);
  return values.square === undefined ? source : fit(source as Picture, patch, {shape: "square", size: asked.px});
}

/** @throws OutputError where the legend would be written over a file that is no legend */
function needOwnLegend(file: string): void {
  if (!existsSync(file)) return;
  const refusal = `${file} is there and is not a legend of a label map; it would be lost. Choose another name for --out.`;
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(file, "utf8") || '{"classes": [], "provenance": {}}');
  } catch (cause) {
    throw new OutputError(refusal, {cause});
  }
  if (!(typeof found === "object" && found !== null && "classes" in found && "provenance" in found))
    throw new OutputError(refusal);
}

function legendOf({labels}: Segmentation, classes: LabelClass[], palette: ReturnType<typeof vocColours>) {
  const pixels = countLabels(labels, classes.length);
  return classes.map(({name, words}, index) => ({
    index,
    name,
    words,
    colour: palette[index] ?? null,
    pixels: pixels[index]
  }));
}
