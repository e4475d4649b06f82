/** Committed analyses that hold a part: the photos beyond the first few would make the repository large. */
import {registerVariants} from "../../components/model/registerVariants.js";
import {packedFiles, packStored} from "./archive.js";

/** Photos whose analyses are committed whole; of the others only `lightFiles` are, so that the repository stays small. */
const whole: ReadonlySet<string> = new Set([
  "astronaut",
  "chelsea",
  "china",
  "coffee",
  "flower",
  "motorcycle_left",
  "rocket"
]);

/** What a light archive holds: both trunks, and SFP's own stages beside the model's features and registers. */
const lightFiles: readonly string[] = [
  "summary",
  "attention-plain",
  "attention-purified",
  "repairs",
  ...["plain", "som", "sae", "vis", "clip", ...registerVariants.map(({name}) => name)].map(
    (stage) => `features-${stage}`
  )
].map((name) => `${name}.arrow.gz`);

const lightEnding = ".light.zip";

/** Whether an archive holds a part of an analysis only. */
export function isLight(archive: string): boolean {
  return archive.endsWith(lightEnding);
}

/** The archive that is committed of a photo, by its file's name: the whole of it, or what a light one holds. */
export function snapshotArchive(id: string, archive: Uint8Array): [name: string, bytes: Uint8Array] {
  if (whole.has(id)) return [`${id}.zip`, archive];
  const kept = Object.entries(packedFiles(archive)).filter(([name]) => lightFiles.includes(name));
  return [`${id}${lightEnding}`, packStored(Object.fromEntries(kept))];
}
