// node --import tsx bench/sizes.ts [FOLDER]: how large the built site is, part by part. Fails when a part is larger than
// its budget: for a site of other photos or models, SIZES=list only lists.
import {existsSync, readdirSync, statSync} from "node:fs";
import {join} from "node:path";

/** A part of the site, by paths, and what it may have in MB: for 21 photos, one model's analyses (of 14 photos in part), and the small model. */
interface Part {
  name: string;
  pattern: RegExp;
  budget: number;
}

/** The first that fits has a file. */
const parts: readonly Part[] = [
  {name: "pages", pattern: /^[^/]*\.html$/, budget: 1},
  {name: "ONNX Runtime, with WebGPU and without (one is fetched)", pattern: /^_node\/onnxruntime/, budget: 42},
  {name: "code that pages load", pattern: /^_import\/pages\//, budget: 3.2},
  {name: "libraries, each by itself (for tests)", pattern: /^_node\//, budget: 3.5},
  {name: "code, each module by itself (for tests), and styles", pattern: /^_(import|observablehq)\//, budget: 1.5},
  {name: "analyses of photos", pattern: /^data\/records\//, budget: 25},
  {name: "photos, square", pattern: /^data\/photos\//, budget: 1.2},
  {name: "photos, whole (for the Live page)", pattern: /^data\/images\//, budget: 4},
  {name: "models", pattern: /^data\/models\//, budget: 12},
  {name: "fonts and small data", pattern: /^_file\//, budget: 1},
  {name: "everything else", pattern: /./, budget: 1}
];

/** For all of them, in MB. */
const goal = 94;

const folder = process.argv[2] ?? "dist";
if (!existsSync(folder)) {
  console.error(`${folder}: there is no such folder. Build the site first: npm run build`);
  process.exit(1);
}
const sums = new Map(parts.map(({name}) => [name, {bytes: 0, files: 0}]));
for (const entry of readdirSync(folder, {recursive: true, encoding: "utf8"})) {
  const file = entry.replaceAll("\\", "/");
  const stat = statSync(join(folder, file));
  if (!stat.isFile()) continue;
  const sum = sums.get(parts.find(({pattern}) => pattern.test(file))!.name)!;
  sum.bytes += stat.size;
  ++sum.files;
}
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(2).padStart(7);
const over: string[] = [];
const check = (name: string, bytes: number, budget: number) => {
  if (bytes > budget * 1e6) over.push(`${name}: ${megabytes(bytes).trim()} MB, ${budget} MB at most`);
};
for (const {name, budget} of parts) {
  const {bytes, files} = sums.get(name)!;
  console.log(`${megabytes(bytes)} MB  ${String(files).padStart(5)}  ${name}`);
  check(name, bytes, budget);
}
const total = [...sums.values()].reduce((sum, {bytes}) => sum + bytes, 0);
console.log(`${megabytes(total)} MB         in all; the goal is ${goal} MB`);
check("in all", total, goal);
if (over.length && process.env.SIZES !== "list") {
  console.error(["Larger than its budget (bench/sizes.ts):", ...over].join("\n  "));
  process.exitCode = 1;
}
