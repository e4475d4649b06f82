// KaTeX's stylesheet with its fonts inlined, so that it is one file.
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {dirname, join} from "node:path";

const stylesheet = createRequire(import.meta.url).resolve("katex/dist/katex.min.css");
const inlined = readFileSync(stylesheet, "utf8")
  // Every browser that can run this site reads woff2.
  .replace(/,url\([^)]*\.(?:woff|ttf)\) format\("[^"]*"\)/g, "")
  .replace(/url\(([^)]*\.woff2)\)/g, (_, file: string) => {
    const data = readFileSync(join(dirname(stylesheet), file), "base64");
    return `url(data:font/woff2;base64,${data})`;
  });

process.stdout.write(inlined);
