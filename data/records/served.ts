/** The files of one image as a site serves them: what pages show is fetched, and no more. */
import {createHash} from "node:crypto";
import {existsSync, mkdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {gunzipSync, gzipSync} from "node:zlib";
import {colourBasis} from "../../components/analysis/featureColours.js";
import {decodeFeatures} from "../../components/records/arrow.js";
import {encodeColours, splitRows} from "../../components/records/served.js";
import {codeHash} from "../engine/code.js";
import {writeWhole} from "../files/output.js";
import {packedFiles, type RecordFiles} from "./archive.js";

const kept = fileURLToPath(new URL("../../.cache/colours", import.meta.url));

/** Files of all layers of a trunk, which are served a layer a file. */
const layered = /^(attention-(?:plain|purified))\.arrow\.gz$/;

/** Features of a stage or method, by its name. */
const features = /^features-(.+)\.arrow\.gz$/;

/**
 * What a site serves of an archive: its files as they lie in it, attention a layer a file (`attention-plain-8.arrow.gz`),
 * and the common colours of its features (`colours.arrow.gz`).
 */
export function servedFiles(archive: Uint8Array): RecordFiles {
  const served: RecordFiles = {};
  const coded: [stage: string, bytes: Uint8Array][] = [];
  for (const [name, bytes] of Object.entries(packedFiles(archive))) {
    const [, trunk] = layered.exec(name) ?? [];
    if (trunk)
      for (const [i, layer] of splitRows(gunzipSync(bytes)).entries())
        served[`${trunk}-${i + 1}.arrow.gz`] = gzipSync(layer);
    else served[name] = bytes;
    if (features.test(name)) coded.push([features.exec(name)![1], bytes]);
  }
  if (coded.length) served["colours.arrow.gz"] = keptColours(archive, coded);
  return served;
}

/** The colours of an archive's features, found once for each archive and version of the code. */
function keptColours(archive: Uint8Array, coded: readonly (readonly [stage: string, bytes: Uint8Array])[]): Uint8Array {
  const key = createHash("sha256").update(codeHash()).update(archive).digest("hex");
  const file = join(kept, `${key.slice(0, 32)}.arrow.gz`);
  if (existsSync(file)) return readFileSync(file);
  const maps = new Map(coded.map(([stage, bytes]) => [stage, decodeFeatures(gunzipSync(bytes))]));
  const made = gzipSync(encodeColours({shared: colourBasis(maps, "shared"), own: colourBasis(maps, "own")}));
  mkdirSync(kept, {recursive: true});
  writeWhole(file, made);
  return made;
}
