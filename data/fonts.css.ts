// The site's typefaces with their files inlined, so that no page asks another host for a font.
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";

const require = createRequire(import.meta.url);

// The latin subset is enough for the text; other characters fall back to the system's fonts.
const range =
  "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD";

const faces = [
  {
    family: "Source Serif",
    style: "normal",
    weight: "200 900",
    file: "source-serif-4/files/source-serif-4-latin-wght-normal.woff2"
  },
  {
    family: "Source Serif",
    style: "italic",
    weight: "200 900",
    file: "source-serif-4/files/source-serif-4-latin-wght-italic.woff2"
  },
  {family: "Inter", style: "normal", weight: "100 900", file: "inter/files/inter-latin-wght-normal.woff2"}
];

for (const {family, style, weight, file} of faces) {
  const data = readFileSync(require.resolve(`@fontsource-variable/${file}`), "base64");
  process.stdout.write(
    `@font-face{font-family:"${family}";font-style:${style};font-weight:${weight};font-display:swap;` +
      `src:url(data:font/woff2;base64,${data}) format("woff2");unicode-range:${range}}\n`
  );
}
