/** Records computed beforehand, fetched as they are needed and kept while the page is open. */
import {decodeAttention, decodeFeatures, decodeRecord, decodeRepairs} from "../records/arrow.js";
import {decodeColours} from "../records/served.js";
import {guardedSource} from "../records/absent.js";
import {registerVariants} from "../model/registerVariants.js";
import type {AttentionMap, RecordSource, Trunk} from "../records/record.js";
import {savesData} from "../ui/quiet.js";
import {Cache, perOwner} from "./cache.js";

/** The site's root: modules lie three folders below it, in the preview and in the built site. */
export const siteRoot = new URL("../../../", import.meta.url);

/** Whether the page comes from the preview, which serves data as the loaders wrote it, and not from a built site. */
export const isPreview = new URL(import.meta.url).searchParams.has("sha");

/** Data files that a page of one file holds in itself, by path: addresses that hold their bytes. */
let held: ReadonlyMap<string, string> | undefined;

/** Has data files read from what this page holds. */
export function holdFiles(files: ReadonlyMap<string, string>): void {
  held = files;
}

const asked = new Set<string>();

/** The data files that this page has asked for: what a page of one file needs. */
export function askedFiles(): ReadonlySet<string> {
  return asked;
}

/** Where a data file is served: under its own path in a built site, under /_file/ in the preview. */
export function dataAddress(path: string): string {
  asked.add(path);
  if (held) return held.get(path) ?? "data:,";
  return new URL(`${isPreview ? "_file/" : ""}data/${path}`, siteRoot).href;
}

/**
 * Fetches a data file, expanded if it is compressed. Analyses are, so that they are small on every host.
 *
 * @throws Error saying what is missing and what to do
 */
export async function fetchData(path: string): Promise<Uint8Array> {
  if (held && !held.has(path))
    throw new Error(`data/${path} is not in this file: it holds what its slides showed. The site itself has the rest.`);
  let response: Response;
  try {
    // Its address stays the same from build to build: a browser is not to answer with an earlier one.
    response = await (takeEarly(path) ?? fetch(dataAddress(path), {cache: "no-cache"}));
  } catch (cause) {
    throw new Error(`data/${path} could not be loaded: the connection failed. Reload the page to try again.`, {cause});
  }
  if (!response.ok)
    throw new Error(
      `data/${path} is not in this site (${response.status}). npm run build makes it, or says why it cannot.`
    );
  try {
    return path.endsWith(".gz") ? await expand(response) : new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new Error(`data/${path} arrived damaged or only in part. Reload the page to try again.`, {cause});
  }
}

/** The answer that the page's head asked for (`scripts/site/early.ts`), once. */
function takeEarly(path: string): Promise<Response> | undefined {
  const page = globalThis as {sfpEarly?: {path: string; response: Promise<Response>}};
  if (page.sfpEarly?.path !== path) return undefined;
  const {response} = page.sfpEarly;
  delete page.sfpEarly;
  asked.add(path);
  return response;
}

/** Some hosts name the coding of a .gz file, and the browser has then expanded it already. */
async function expand(response: Response): Promise<Uint8Array> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The images whose files are kept in memory: the last few. */
const records = new Cache(read, 8);

/** The record of one image under one model; its summary is loaded at once, the rest when asked for. */
export async function openRecord(
  model: string,
  {id, light}: {id: string; light?: readonly string[]}
): Promise<RecordSource> {
  const source = await records.get(`${model}/${id}`);
  return light?.includes(model) ? lightOf(source) : source;
}

/** Features that every committed analysis has. */
const everyStage: readonly string[] = ["plain", "som", "sae", "vis", "clip", ...registerVariants.map(({name}) => name)];

/** One for each source, because figures keep what they compute by it. */
const lightOf = perOwner(lightSource);

/** The source of an analysis of which the site has a part: the rest is refused by name, with the remedy. */
function lightSource(source: RecordSource): RecordSource {
  const {model} = source.record.provenance;
  const refuse = (what: string) =>
    Promise.reject(
      new Error(
        `This site has no ${what} of this photo: of most photos it holds a part of the analysis, so that it stays small. Choose the astronaut, or get the weights (npm run sfp -- models get ${model}) and build the site again.`
      )
    );
  return {
    ...source,
    headAttention: () => refuse("attention of single heads"),
    features: (stage) => (everyStage.includes(stage) ? source.features(stage) : refuse(`features of “${stage}”`))
  };
}

async function read(folder: string): Promise<RecordSource> {
  const record = decodeRecord(await fetchData(`records/${folder}/summary.arrow.gz`));
  const file = (name: string) => fetchData(`records/${folder}/${name}.arrow.gz`);
  const maps = new Cache(async (name) => decodeAttention(await file(name)));
  const mean = layersOf(async (name) => (await maps.get(name))[0]);
  const colours = new Cache(async (name) => decodeColours(await file(name)));
  const features = new Cache(async (stage) => decodeFeatures(await file(`features-${stage}`)));
  const repairs = new Cache(async (name) => decodeRepairs(await file(name)));
  return guardedSource({
    record,
    attention: (trunk, layer) => mean(trunk, layer, record.layers),
    headAttention: async (trunk, layer): Promise<AttentionMap[]> => maps.get(`heads-${trunk}-${layer + 1}`),
    features: async (stage) => features.get(stage),
    repairs: async () => repairs.get("repairs"),
    colours: async (range) => (await colours.get("colours"))[range]
  });
}

/**
 * Layers of a trunk's mean attention, each a file. Whoever looks at a second layer goes on to others, and finds them here:
 * figures draw a layer that is here within the frame.
 */
function layersOf(read: (name: string) => Promise<AttentionMap>) {
  const first = new Map<Trunk, number>();
  const whole = new Set<Trunk>();
  const of = (trunk: Trunk, layer: number) => read(`attention-${trunk}-${layer + 1}`);
  return async (trunk: Trunk, layer: number, layers: number): Promise<AttentionMap> => {
    const map = await of(trunk, layer);
    if (!first.has(trunk)) first.set(trunk, layer);
    else if (first.get(trunk) !== layer && !whole.has(trunk) && !savesData()) {
      whole.add(trunk);
      // One that fails is asked for again when it is looked at.
      for (let other = 0; other < layers; ++other) of(trunk, other).catch(() => {});
    }
    return map;
  };
}
