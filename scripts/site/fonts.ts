/**
 * Typefaces as files of their own. The preview has them within their stylesheet, which a page waits for before it shows
 * anything; in a built site they come beside the rest, and text is shown in the system's typefaces until they are there.
 */
import {createHash} from "node:crypto";
import {readFileSync, readdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";

const inlined = /url\(data:font\/woff2;base64,([^)]+)\)/g;

/** Takes the fonts out of a built site's `fonts.css`. */
export function placeFonts(folder: string): void {
  const place = join(folder, "_file", "data");
  for (const file of readdirSync(place).filter((name) => /^fonts\.[^.]+\.css$/.test(name))) {
    const css = readFileSync(join(place, file), "utf8").replaceAll(inlined, (_, data: string) => {
      const bytes = Buffer.from(data, "base64");
      const name = `font.${createHash("sha256").update(bytes).digest("hex").slice(0, 8)}.woff2`;
      writeFileSync(join(place, name), bytes);
      return `url(./${name})`;
    });
    writeFileSync(join(place, file), css);
  }
}
