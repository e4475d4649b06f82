/** What the Models page and the contact sheet know of a model's photos: a few numbers and the outlier sets of each. */
import {existsSync, readFileSync} from "node:fs";
import {decodeAttention, decodeRecord} from "../../components/records/arrow.js";
import {guarded} from "../../components/records/absent.js";
import {measurePhoto, modelOf, type ModelMeasures} from "../../components/analysis/modelMeasures.js";
import type {PhotoFile} from "../site/photos.js";
import {snapshotFile, snapshotOf} from "../site/snapshots.js";
import {unpack} from "./archive.js";
import {archiveFile} from "./places.js";

/** The committed file of a model whose analyses are not: its measures alone. */
export const measuresFile = "measures.json";

/** The measures of those photos of a model that have an analysis; photos on another grid than the first's are left out. */
export async function measurePhotos(model: string, photos: readonly PhotoFile[]): Promise<ModelMeasures | undefined> {
  let measured: ModelMeasures | undefined;
  for (const {id, hash, ...photo} of photos) {
    const computed = await archiveFile(model, {id, hash, ...photo}).catch(() => "");
    // The preview may be asked before a photo is analysed; what is committed says the same.
    const archive = existsSync(computed) ? computed : snapshotOf(model, hash);
    if (archive === undefined) continue;
    const files = unpack(readFileSync(archive), "summary.arrow", "attention-plain.arrow");
    const record = guarded(decodeRecord(files["summary.arrow"]));
    measured ??= modelOf(model, record);
    if (String(measured.grid) !== String(record.grid) || measured.layers !== record.layers) continue;
    measured.photos.push(measurePhoto(id, hash, record, decodeAttention(files["attention-plain.arrow"])));
  }
  return measured;
}

/** The committed measures of a model, of those of these very photos that are here. */
export function committedMeasures(model: string, photos: readonly PhotoFile[]): ModelMeasures | undefined {
  const file = snapshotFile(model, measuresFile);
  if (!existsSync(file)) return undefined;
  const kept = JSON.parse(readFileSync(file, "utf8")) as ModelMeasures;
  const hashes = new Map(photos.map(({id, hash}) => [hash, id]));
  const known = kept.photos.filter(({hash}) => hashes.has(hash));
  return {...kept, photos: known.map((photo) => ({...photo, id: hashes.get(photo.hash)!}))};
}
