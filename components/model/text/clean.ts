/**
 * What CLIP's tokeniser does to text before it splits it: encoding damage repaired (as `ftfy` does), HTML
 * unescaped twice, whitespace collapsed, lower case.
 */

import {unescapeCompleteHtml, unescapeHtml, windows1252} from "./entities.js";
import {repairMojibake} from "./mojibake.js";

/** Python's whitespace, which is what the original splits at: it has U+001C to U+001F and U+0085, not U+FEFF. */
const whitespace = "\\t-\\r\\u001c-\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const whitespaceRuns = new RegExp(`[${whitespace}]+`, "g");

/** A character class for regular expressions that means the same as Python's `\s`. */
export const whitespaceClass = whitespace;

/** The whole cleaning: what {@link fixText} does, then HTML twice, blanks, lower case. */
export function clean(text: string): string {
  return unescapeHtml(unescapeHtml(fixText(text)))
    .replace(whitespaceRuns, " ")
    .replace(/^ | $/g, "")
    .toLowerCase();
}

const ligatures: Record<string, string> = {
  Ĳ: "IJ",
  ĳ: "ij",
  ŉ: "ʼn",
  Ǳ: "DZ",
  ǲ: "Dz",
  ǳ: "dz",
  Ǆ: "DŽ",
  ǅ: "Dž",
  ǆ: "dž",
  Ǉ: "LJ",
  ǈ: "Lj",
  ǉ: "lj",
  Ǌ: "NJ",
  ǋ: "Nj",
  ǌ: "nj",
  ﬀ: "ff",
  ﬁ: "fi",
  ﬂ: "fl",
  ﬃ: "ffi",
  ﬄ: "ffl",
  ﬅ: "ſt",
  ﬆ: "st"
};
const ligature = new RegExp(`[${Object.keys(ligatures).join("")}]`, "g");

/**
 * The repairs of `ftfy.fix_text` with its defaults, repeated until nothing changes: character references
 * (unless the text has a `<` and so may be HTML on purpose), mojibake, C1 controls, Latin ligatures, full- and
 * half-width forms, curly quotes, line ends, lone surrogates, terminal colours, control characters, NFC.
 */
export function fixText(text: string): string {
  const lines = text.split(/(?<=\n)/);
  return lines.map(fixLine).join("");
}

function fixLine(line: string): string {
  const html = line.includes("<");
  let before;
  do {
    before = line;
    if (!html) line = unescapeCompleteHtml(line);
    line = repairMojibake(line)
      .replace(/[\u0080-\u009f]/g, (char) => windows1252[char.charCodeAt(0) - 0x80])
      .replace(ligature, (char) => ligatures[char])
      .replace(/[\u3000\uff01-\uffef]/g, (char) => char.normalize("NFKC"))
      .replace(/[\u02bc\u2018-\u201b]/g, "'")
      .replace(/[\u201c-\u201f]/g, '"')
      .replace(/\r\n|[\r\u2028\u2029\u0085]/g, "\n")
      .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd")
      // eslint-disable-next-line no-control-regex
      .replace(/\u001b\[((?:\d|;)*)([a-zA-Z])/g, "")
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000b\u000e-\u001f\u007f\u206a-\u206f\ufeff\ufff9-\ufffc]/g, "")
      .normalize("NFC");
  } while (line !== before);
  return line;
}
