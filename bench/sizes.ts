// node --import tsx bench/sizes.ts [FOLDER]: how large the built site is, part by part.
import {existsSync, readdirSync, statSync} from "node:fs";
import {join} from "node:path";

/** Parts by path, the first that fits. */
const parts: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["pages", /^[^/]*\.html$/],
  ["ONNX Runtime (fetched by the Live page alone)", /^_node\/onnxruntime/],
  ["libraries", /^_node\//],
  ["code and styles", /^_(import|observablehq)\//],
  ["analyses of photos", /^data\/records\//],
  ["photos, square", /^data\/photos\//],
  ["photos, whole (for the Live page)", /^data\/images\//],
  ["models", /^data\/models\//],
  ["fonts and small data", /^_file\//],
  ["everything else", /./]
];

/** The project's goal for seven photos, one model's analyses, and the small model. */
const goal = 60e6;

const folder = process.argv[2] ?? "dist";
if (!existsSync(folder)) {
  console.error(`${folder}: there is no such folder. Build the site first: npm run build`);
  process.exit(1);
}
const sums = new Map(parts.map(([name]) => [name, {bytes: 0, files: 0}]));
for (const entry of readdirSync(folder, {recursive: true, encoding: "utf8"})) {
  const file = entry.replaceAll("\\", "/");
  const stat = statSync(join(folder, file));
  if (!stat.isFile()) continue;
  const sum = sums.get(parts.find(([, pattern]) => pattern.test(file))![0])!;
  sum.bytes += stat.size;
  ++sum.files;
}
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(2).padStart(7);
for (const [name, {bytes, files}] of sums) console.log(`${megabytes(bytes)} MB  ${String(files).padStart(5)}  ${name}`);
const total = [...sums.values()].reduce((sum, {bytes}) => sum + bytes, 0);
console.log(`${megabytes(total)} MB         in all; the goal is ${goal / 1e6} MB`);
