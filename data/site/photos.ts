import {dirname, extname, join, relative} from "node:path";
import {fileURLToPath} from "node:url";
import {completeCredit, readCredits, readPhotoWords, type Credit, type WrittenCredit} from "./credits.js";
import {importPath, listImports, type ImportFit} from "./imports.js";
import {checkPhotos, type PhotoCheck, type PhotoChecks} from "./photo-check.js";

/** A photo in `data/images`. */
export interface PhotoFile extends Credit {
  /** The file's name as addresses carry it. */
  id: string;
  /** Relative to `data/images`. */
  file: string;
  /** SHA-256 of the file: analyses and credits belong to a picture and not to a name. */
  hash: string;
  /** Where the site has all of the photo for a browser to decode, below `data/`. */
  whole: string;
  /** The words that suit it. */
  words?: string;
  /** What of it maps lie on, where it came with imported attention; else the middle square. */
  fit?: ImportFit;
}

/** The folder that photos are read from. */
export const imageFolder = fileURLToPath(new URL("../images", import.meta.url));

/** What is wrong with a file in `data/images`, and what to do about it. */
export interface PhotoProblem {
  file: string;
  /** "left out": it is not shown at all; "note": it is, and could be better. */
  kind: "left out" | "note";
  message: string;
}

/** Below this many pixels on its shorter side a photo is enlarged before the model sees it. */
const least = 224;

/** What decoding found, once for each version of a file: modules that list photos wait for it here. */
const known = await checkPhotos(imageFolder, join(dirname(imageFolder), "../.cache/photos.json"));

/**
 * Lists the photos of a folder by name. A photo that `credits.json` does not mention is listed under its file name,
 * with no credit; one that cannot be decoded is left out.
 *
 * @param checks what `checkPhotos` found in the folder
 */
export function listPhotoFiles(folder: string = imageFolder, checks: PhotoChecks = known): PhotoFile[] {
  return readFolder(folder, checks).photos;
}

/** The photos of the site: those in `data/images`, then those that came with imported attention alone. */
export function sitePhotos(): PhotoFile[] {
  const photos = new Map(listPhotoFiles().map((photo) => [photo.id, photo]));
  for (const {photo: id, model, title, file, photoSha256, fit} of listImports()) {
    if (photos.has(id)) continue;
    const whole = `imports/${model}/${id}/${file}`;
    photos.set(id, {
      id,
      file: relative(imageFolder, importPath(model, id, file)),
      hash: photoSha256,
      whole,
      title,
      alt: title,
      credit: "imported",
      licence: "unknown",
      fit
    });
  }
  return [...photos.values()];
}

/** The photo of an id. */
export function photoNamed(id: string): PhotoFile {
  const photo = sitePhotos().find((each) => each.id === id);
  if (!photo) throw new Error(`There is no photo "${id}" in data/images or data/imports.`);
  return photo;
}

/** What is wrong in a folder of photos, file by file. */
export function listPhotoProblems(folder: string = imageFolder, checks: PhotoChecks = known): PhotoProblem[] {
  return readFolder(folder, checks).problems;
}

/** A name that addresses can carry, in its own script: "My cat (2).JPG" is "My-cat-2", "猫.png" is "猫". */
export function photoId(file: string): string {
  const plain = stemOf(file)
    .replace(/[^\p{L}\p{M}\p{N}_.]+/gu, "-")
    .replace(/^[-.]+|[-.]+$/g, "");
  return Array.from(plain).slice(0, 60).join("") || "photo";
}

function stemOf(file: string): string {
  return file.slice(0, file.length - extname(file).length).normalize("NFC");
}

type Report = (file: string, kind: PhotoProblem["kind"], message: string) => void;

function readFolder(folder: string, checks: PhotoChecks): {photos: PhotoFile[]; problems: PhotoProblem[]} {
  const problems: PhotoProblem[] = [];
  const report: Report = (file, kind, message) => problems.push({file, kind, message});
  const credits = readCredits(folder, (reason) => report("credits.json", "note", reason));
  const words = readPhotoWords(folder);
  const files = readable(checks, report);
  const named = nameFiles(files, credits);
  reportShared(named, report);
  const photos: PhotoFile[] = [];
  for (const {id, file, check} of named) {
    reportSize(file, check, report);
    const shared = named.filter((other) => photoId(other.file) === photoId(file)).length > 1;
    const {credit, foreign} = creditOf({id, file, shared, hash: check.hash!}, credits);
    if (foreign)
      report(
        file,
        "note",
        `The entry "${foreign}" in credits.json is about another picture (its sha256 is another one): write one for this picture.`
      );
    else if (!credit)
      report(file, "note", `No entry "${shared ? file : id}" in credits.json says what it shows and whose it is.`);
    photos.push({
      id,
      file,
      hash: check.hash!,
      whole: check.web ? `images/${file}` : `photos/${id}.png`,
      words: foreign || shared ? words.get(file.normalize("NFC")) : words.get(id),
      ...completeCredit(id, credit)
    });
  }
  return {photos, problems};
}

interface Readable {
  file: string;
  check: PhotoCheck;
}

/** The files that can be shown; what is wrong with the others, and which hold one picture, is reported. */
function readable(checks: PhotoChecks, report: Report): Readable[] {
  const files: Readable[] = [];
  const firstOf = new Map<string, string>();
  for (const [file, check] of [...checks].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (check.failure !== undefined || check.hash === undefined) {
      const reason = check.failure ?? "it was not looked at";
      report(
        file,
        "left out",
        `It cannot be decoded (${reason}). Save it as JPEG, PNG, WebP or AVIF, or fetch it again.`
      );
      continue;
    }
    const first = firstOf.get(check.hash);
    if (first) report(file, "note", `It is the same picture as ${first}: one of the two can go.`);
    else firstOf.set(check.hash, file);
    files.push({file, check});
  }
  return files;
}

interface Named extends Readable {
  id: string;
}

/**
 * Gives each file an id of its own, different by more than upper case, because folders of some systems do not tell that.
 * The file that `credits.json` knows by its hash keeps its name; others of that name are numbered.
 */
function nameFiles(files: readonly Readable[], credits: ReadonlyMap<string, WrittenCredit>): Named[] {
  const hashes = new Set([...credits.values()].map(({sha256}) => sha256).filter(Boolean));
  const isKnown = ({check}: Readable) => (hashes.has(check.hash) ? 0 : 1);
  const taken = new Set<string>();
  const ids = new Map<Readable, string>();
  for (const each of files.toSorted((a, b) => isKnown(a) - isKnown(b))) {
    const wanted = photoId(each.file);
    let id = wanted;
    for (let number = 2; taken.has(id.toLowerCase()); ++number) id = `${wanted}-${number}`;
    taken.add(id.toLowerCase());
    ids.set(each, id);
  }
  return files.map((each) => ({...each, id: ids.get(each)!}));
}

/** Says of files that differ in their endings alone how they are told apart. */
function reportShared(named: readonly Named[], report: Report): void {
  for (const {file, id} of named) {
    const others = named.filter((other) => other.file !== file && photoId(other.file) === photoId(file));
    if (others.length)
      report(
        file,
        "note",
        `${others.map((other) => other.file).join(" and ")} ${others.length > 1 ? "have" : "has"} the same name; this one is “${id}”. In credits.json and words.json call it "${file}".`
      );
  }
}

function reportSize(file: string, {width = least, height = least}: PhotoCheck, report: Report): void {
  if (Math.min(width, height) < least)
    report(
      file,
      "note",
      `${width} × ${height} pixels are fewer than the ${least} that the model reads; it is enlarged.`
    );
}

/**
 * The credit of a photo: the entry under its file's name, its id or its stem. An entry with a sha256 is about that
 * picture alone, and a name that several files share credits none of them.
 *
 * @returns `foreign`: the name of an entry that is about another picture
 */
function creditOf(
  {id, file, shared, hash}: {id: string; file: string; shared: boolean; hash: string},
  credits: ReadonlyMap<string, WrittenCredit>
): {credit?: WrittenCredit; foreign?: string} {
  const whole = file.normalize("NFC");
  const names = [whole, id, photoId(file), stemOf(file)];
  let foreign: string | undefined;
  for (const name of names) {
    const credit = credits.get(name);
    if (!credit) continue;
    if (credit.sha256 === hash) return {credit};
    if (credit.sha256 !== undefined) foreign ??= name;
    else if (!shared || name === whole) return {credit};
  }
  return foreign === undefined || shared ? {} : {foreign};
}
