/**
 * Repairs text that was written as UTF-8 and read as Windows-1252 or Latin-1 ("cafÃ©" for "café").
 *
 * A run of characters counts as damaged if its bytes form one UTF-8 character and the run is one that
 * nobody writes on purpose. That second test is what keeps "CAFÉ»" and "é…”" as they are. Damage from
 * other encodings (Windows-1251, Mac Roman, code page 437) is left alone: the words of an English text
 * tower do not come that way.
 */

import {windows1252} from "./entities.js";

const byteOf = new Map<string, number>();
for (let byte = 0x80; byte <= 0xff; byte++) byteOf.set(String.fromCharCode(byte), byte);
[...windows1252].forEach((char, i) => byteOf.set(char, 0x80 + i));

const continuation = `[\\u0080-\\u00bf${windows1252}]`;
const sequence = new RegExp(
  `[\\u00c2-\\u00df]${continuation}|[\\u00e0-\\u00ef]${continuation}{2}|[\\u00f0-\\u00f4]${continuation}{3}`,
  "g"
);

/** Punctuation that does follow accented letters in real text. */
const ordinary = /^[\u00a0!"'«»‹›‘’“”„‚…–—•°®™©ªº²³¹·¿¡†‡€£]*$/;

const decoder = new TextDecoder("utf-8", {fatal: true});

/** Repairs text, damaged once or several times over. */
export function repairMojibake(text: string): string {
  for (let before; before !== text;) {
    before = text;
    text = repairOnce(text);
  }
  return text;
}

function repairOnce(text: string): string {
  const runs = [...text.matchAll(sequence)];
  if (!runs.some((run) => !deliberate(run[0], text[run.index + run[0].length]))) return text;
  // One sure sign, and every other accent fits: then all of it was damaged, the doubtful runs too.
  return (
    decode(text) ??
    text.replace(sequence, (run, offset: number) =>
      deliberate(run, text[offset + run.length]) ? run : (decode(run) ?? run)
    )
  );
}

/** The text whose UTF-8 bytes these characters are, if they are. */
function decode(text: string): string | undefined {
  const bytes = Array.from(text, (char) => byteOf.get(char) ?? (char < "\u0080" ? char.charCodeAt(0) : undefined));
  if (!bytes.every((byte) => byte !== undefined)) return undefined;
  try {
    return decoder.decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}

function deliberate(run: string, next = " "): boolean {
  const lead = run[0];
  // "Ã©", "Â°", "â€™", "ðŸ": these leads all but never precede a sign in real text.
  if (lead === "Â" || lead === "Ã" || lead === "ð" || (lead === "â" && run[1] === "€")) return false;
  // Closing punctuation after a capital is followed by a blank or the end, as in "CAFÉ»"; an apostrophe is not.
  if (run.at(-1) !== "’" && /\p{L}/u.test(next)) return false;
  return ordinary.test(run.slice(1));
}
