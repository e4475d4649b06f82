/** Which characters a typeface has, by the `cmap` table of its file. */
import type {Face} from "./faces.js";
import {fontFile} from "./fonts.js";
import {sfntOf} from "./sfnt.js";

const known = new Map<string, Promise<(character: string) => boolean>>();

/** Tells whether a face has a character. */
export function glyphsOf(face: Face): Promise<(character: string) => boolean> {
  const asked = known.get(face.file) ?? fontFile(face).then((woff) => coveredBy(sfntOf(woff)));
  known.set(face.file, asked);
  asked.catch(() => known.delete(face.file));
  return asked;
}

/**
 * @param sfnt an OpenType file
 * @returns tells whether it has a glyph of its own for a character
 */
export function coveredBy(sfnt: Uint8Array): (character: string) => boolean {
  const view = new DataView(sfnt.buffer, sfnt.byteOffset, sfnt.byteLength);
  const table = tableAt(view, 0x636d6170);
  const count = view.getUint16(table + 2);
  const starts = Array.from({length: count}, (_, i) => table + view.getUint32(table + 8 + 8 * i));
  const at = starts.find((start) => view.getUint16(start) === 4);
  if (at === undefined) throw new Error("This typeface has no table of characters that can be read (format 4).");
  return (character) => segmentHas(view, at, character.codePointAt(0)!);
}

function tableAt(view: DataView, tag: number): number {
  for (let i = 0; i < view.getUint16(4); ++i)
    if (view.getUint32(12 + 16 * i) === tag) return view.getUint32(12 + 16 * i + 8);
  throw new Error("This typeface has no table of characters.");
}

/** Format 4: segments of code points with ends, starts, shifts and offsets into an array of glyphs. */
function segmentHas(view: DataView, at: number, code: number): boolean {
  if (code > 0xffff) return false;
  const doubled = view.getUint16(at + 6);
  for (let k = 0; k < doubled; k += 2) {
    if (view.getUint16(at + 14 + k) < code) continue;
    const start = view.getUint16(at + 16 + doubled + k);
    if (code < start) return false;
    const shift = view.getInt16(at + 16 + 2 * doubled + k);
    const offsetAt = at + 16 + 3 * doubled + k;
    const offset = view.getUint16(offsetAt);
    const glyph = offset === 0 ? code + shift : view.getUint16(offsetAt + offset + 2 * (code - start));
    return (glyph & 0xffff) !== 0;
  }
  return false;
}
