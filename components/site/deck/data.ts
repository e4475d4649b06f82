/** What a figure of the Live page was computed from, taken into a deck as files, and opened again from there. */
import {fromBase64, toBase64} from "../../ui/base64.js";
import {guardedSource} from "../../records/absent.js";
import {decodeAttention, decodeFeatures, decodeRecord, decodeRepairs} from "../../records/arrow.js";
import {encodeAttention, encodeFeatures, encodeRecord, encodeRepairs} from "../../records/arrow.js";
import {trunks, type AttentionMap} from "../../records/record.js";
import type {Opened, ShownPicture, View} from "../feed.js";
import {Cache} from "../cache.js";
import type {KeptData} from "./deck.js";
import {askedOf} from "./noted.js";

/** Coding levels of attention, as the site's own records have them. */
const [meanLevels, headLevels] = [90, 20];

/** The data of a view whose numbers were computed in this browser; undefined where they are files of the site. */
export async function keptDataOf({source, record, picture}: View): Promise<KeptData | undefined> {
  const notes = askedOf(source);
  if (!notes) return undefined;
  const files: Record<string, Uint8Array> = {"summary.arrow": encodeRecord(record)};
  for (const trunk of trunks) {
    const maps: AttentionMap[] = [];
    for (let layer = 0; layer < record.layers; ++layer) maps.push(await source.attention(trunk, layer));
    files[`attention-${trunk}.arrow`] = encodeAttention(maps, meanLevels);
  }
  for (const layer of notes.heads)
    files[`heads-plain-${layer + 1}.arrow`] = encodeAttention(await source.headAttention("plain", layer), headLevels);
  for (const stage of notes.stages) files[`features-${stage}.arrow`] = encodeFeatures(await source.features(stage));
  if (notes.repairs) files["repairs.arrow"] = encodeRepairs(await source.repairs(), record.layers);
  const packed = await Promise.all(
    Object.entries(files).map(async ([name, bytes]) => [name, await packedText(bytes)] as const)
  );
  const {id, title, credit, target, background} = picture;
  return {
    model: record.provenance.model,
    image: id,
    title,
    ...(credit && {credit}),
    ...(target && {target}),
    ...(background && {background}),
    picture: pictureAddress(picture),
    files: Object.fromEntries(packed)
  };
}

function pictureAddress({image}: ShownPicture): string {
  const canvas = document.createElement("canvas");
  const side = 448;
  if (!image) return canvas.toDataURL("image/png");
  const {width, height} = sizeOf(image);
  canvas.width = Math.round(side * Math.min(1, width / height));
  canvas.height = Math.round(side * Math.min(1, height / width));
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.9);
}

function sizeOf(image: CanvasImageSource): {width: number; height: number} {
  const {width, height} = image as {width: unknown; height: unknown};
  return typeof width === "number" && typeof height === "number" ? {width, height} : {width: 1, height: 1};
}

/** Opens a deck's own data. What was not taken along says so. */
export async function openKept(data: KeptData): Promise<Opened> {
  const file = async (name: string) => {
    const text = data.files[name];
    if (text === undefined)
      throw new Error(
        `The deck does not hold “${name}” of “${data.title}”. Show the figure on the Live page and add it again.`
      );
    return unpackedText(text);
  };
  const record = decodeRecord(await file("summary.arrow"));
  const maps = new Cache(async (name) => decodeAttention(await file(`${name}.arrow`)));
  const source = guardedSource({
    record,
    attention: async (trunk, layer) => (await maps.get(`attention-${trunk}`))[layer],
    headAttention: async (trunk, layer) => maps.get(`heads-${trunk}-${layer + 1}`),
    features: async (stage) => decodeFeatures(await file(`features-${stage}.arrow`)),
    repairs: async () => decodeRepairs(await file("repairs.arrow"))
  });
  const image = new Image();
  image.src = data.picture;
  await image.decode();
  const {image: id, title, credit, target, background} = data;
  return {source, picture: {id, title, credit, target, background, image}};
}

async function packedText(bytes: Uint8Array): Promise<string> {
  const stream = new Blob([Uint8Array.from(bytes)]).stream().pipeThrough(new CompressionStream("gzip"));
  return toBase64(new Uint8Array(await new Response(stream).arrayBuffer()));
}

async function unpackedText(text: string): Promise<Uint8Array> {
  const stream = new Blob([fromBase64(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
