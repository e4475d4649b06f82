/** Whose the photos are, and which words suit them: `credits.json` and `words.json` beside them. */
import {readFileSync} from "node:fs";
import {join} from "node:path";

/** A point of the square crop, as fractions of its width and height. */
type Point = [x: number, y: number];

/** What `credits.json` says of one photo. */
export interface Credit {
  title: string;
  /** What is seen, for those who do not see it. */
  alt: string;
  credit: string;
  licence: string;
  /** On the subject: where the target token is pinned at first. */
  target?: Point;
  /** Off the subject: where the background token is pinned at first. */
  background?: Point;
}

/** An entry as it is written: any part may be missing. */
export type WrittenCredit = Partial<Credit> & {
  /** SHA-256 of the one file that the entry is about; without it, whatever file has the name. */
  sha256?: string;
};

/**
 * The entries of `credits.json`, by the name that each was written under.
 *
 * @param failed told why the file cannot be read; that costs the credits and not the site
 */
export function readCredits(folder: string, failed: (reason: string) => void): Map<string, WrittenCredit> {
  return readEntries<WrittenCredit>(
    folder,
    "credits.json",
    (value) => typeof value === "object" && value !== null,
    failed
  );
}

/** The words of `words.json`, by photo; `*` stands for photos that have none of their own. */
export function readPhotoWords(folder: string, failed: (reason: string) => void = () => {}): Map<string, string> {
  return readEntries<string>(folder, "words.json", (value) => typeof value === "string", failed);
}

function readEntries<T>(
  folder: string,
  name: string,
  fits: (value: unknown) => boolean,
  failed: (reason: string) => void
): Map<string, T> {
  try {
    const written: unknown = JSON.parse(readFileSync(join(folder, name), "utf8"));
    if (typeof written !== "object" || written === null || Array.isArray(written)) throw new Error("it is no object");
    const entries = Object.entries(written).filter(([key, value]) => {
      if (!fits(value)) failed(`The entry "${key}" is not what it should be; it is passed over.`);
      return fits(value);
    });
    return new Map(entries.map(([key, value]) => [key.normalize("NFC"), value as T]));
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    failed(code === "ENOENT" ? "There is no such file." : `It cannot be read: ${message}`);
    return new Map();
  }
}

/** An entry with what it leaves out: the photo's name, and that nobody is credited. */
export function completeCredit(id: string, written: WrittenCredit = {}): Credit {
  const {title = id, alt = title, credit = "not credited", licence = "unknown", target, background} = written;
  return {title, alt, credit, licence, target, background};
}
