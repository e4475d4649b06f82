/** Loads the files of typefaces. */
import {dataAddress} from "../../site/files.js";
import {faces, typefaces, type Face, type FamilyId} from "./faces.js";

const files = new Map<string, Promise<Uint8Array>>();

/**
 * A face's file: WOFF, its tables packed.
 *
 * @throws Error saying that the site lacks it
 */
export function fontFile({file}: Face): Promise<Uint8Array> {
  const known = files.get(file) ?? load(file);
  files.set(file, known);
  known.catch(() => files.delete(file));
  return known;
}

async function load(file: string): Promise<Uint8Array> {
  const response = await fetch(dataAddress(`fonts/${file}`)).catch(() => undefined);
  if (!response?.ok)
    throw new Error(
      `The typeface ${file} could not be loaded, so the drawing would look different elsewhere. Try again.`
    );
  return new Uint8Array(await response.arrayBuffer());
}

/** Lets the page lay out text in a family that its own style does not have. */
export async function useFamily(id: FamilyId): Promise<void> {
  const {name} = typefaces[id];
  if ([...document.fonts].some(({family}) => family.replaceAll('"', "") === name)) return;
  const own = faces.filter(({family}) => family === name);
  for (const face of own) {
    const data = Uint8Array.from(await fontFile(face));
    const font = new FontFace(name, data.buffer, {weight: String(face.weight), style: face.style});
    document.fonts.add(await font.load());
  }
}
