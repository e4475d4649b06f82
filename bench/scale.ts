// node --import tsx bench/scale.ts [COUNT ...]: how a build's time, memory and size grow with the number of photos (7, 50, 200).
// Works in a temporary clone of the last commit, with pictures derived from the photos in data/images. KEEP=FOLDER
// copies the last built site there, to be looked at.
import {execFileSync, spawn} from "node:child_process";
import {cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync} from "node:fs";
import {loadavg, tmpdir} from "node:os";
import {join, resolve} from "node:path";
import sharp from "sharp";
import {imageFolder, listPhotoFiles} from "../data/site/photos.js";

const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [7, 50, 200];
const kept = process.env.KEEP && resolve(process.env.KEEP);
const clone = mkdtempSync(join(tmpdir(), "scale-"));

/** A picture like no other: a part of a photo, turned over or not, lighter or darker. */
async function derive(index: number, target: string): Promise<void> {
  const photos = listPhotoFiles();
  const {file} = photos[index % photos.length];
  const round = Math.floor(index / photos.length);
  const {width, height} = await sharp(join(imageFolder, file)).metadata();
  const share = 0.6 + 0.05 * (round % 8);
  const part = {width: Math.floor(width * share), height: Math.floor(height * share)};
  const left = Math.floor((width - part.width) * ((round * 0.37) % 1));
  const top = Math.floor((height - part.height) * ((round * 0.61) % 1));
  await sharp(join(imageFolder, file))
    .extract({...part, left, top})
    .flop(round % 2 === 1)
    .modulate({brightness: 0.85 + 0.05 * (round % 7)})
    .jpeg({quality: 85})
    .toFile(target);
}

/** Links where links are possible: copies take half a gigabyte. */
function copyModules(from: string, to: string): void {
  try {
    execFileSync("cp", ["-al", from, to], {stdio: "ignore"});
  } catch {
    cpSync(from, to, {recursive: true, verbatimSymlinks: true});
  }
}

function megabytesIn(folder: string): number {
  const files = readdirSync(folder, {recursive: true, encoding: "utf8"}).map((file) => statSync(join(folder, file)));
  return files.filter((stat) => stat.isFile()).reduce((sum, {size}) => sum + size, 0) / 1e6;
}

/** Resident memory of a process and all that it started, in MB. */
function memoryOf(root: number): number {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,rss="], {encoding: "utf8"}).trim().split("\n");
  const rows = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const family = new Set([root]);
  for (let size = 0; size < family.size;) {
    size = family.size;
    for (const [pid, parent] of rows) if (family.has(parent)) family.add(pid);
  }
  return rows.reduce((sum, [pid, , kilobytes]) => sum + (family.has(pid) ? kilobytes / 1024 : 0), 0);
}

interface Build {
  seconds: number;
  /** The largest resident memory of all its processes together, in MB. */
  memory: number;
}

async function build(): Promise<Build> {
  const start = performance.now();
  const child = spawn(process.execPath, ["--import", "tsx", "scripts/build.ts"], {
    stdio: ["ignore", "ignore", "inherit"]
  });
  let memory = 0;
  const watch = setInterval(() => (memory = Math.max(memory, memoryOf(child.pid!))), 500);
  const status = await new Promise((done) => child.once("exit", done));
  clearInterval(watch);
  if (status !== 0) throw new Error("The build failed.");
  return {seconds: (performance.now() - start) / 1000, memory};
}

try {
  execFileSync("git", ["clone", "--quiet", ".", clone]);
  copyModules(resolve("node_modules"), join(clone, "node_modules"));
  // Weights that lie beside the project, or that were downloaded, are found by their usual paths.
  if (existsSync(".cache/models")) cpSync(".cache/models", join(clone, ".cache/models"), {recursive: true});
  process.env.SFP_MODELS ??= resolve("../shared/models");
  delete process.env.KEEP;
  process.chdir(clone);
  // The clone has the committed photos, and so has this folder.
  let made = listPhotoFiles().length;
  console.log("| photos | first build (s) | next build (s) | memory (MB) | site (MB) | analyses (MB) | load |");
  for (const count of counts) {
    for (; made < count; ++made) await derive(made, join(clone, "data/images", `derived-${made}.jpg`));
    for (const folder of ["records", "photos"]) rmSync(join(".cache", folder), {recursive: true, force: true});
    const [first, next] = [await build(), await build()];
    const memory = Math.max(first.memory, next.memory);
    const row = [count, first.seconds, next.seconds, memory, megabytesIn("dist"), megabytesIn("dist/data/records")];
    console.log(`| ${row.map((value) => value.toFixed(0)).join(" | ")} | ${loadavg()[2].toFixed(1)} |`);
  }
  if (kept) cpSync("dist", kept, {recursive: true});
} finally {
  rmSync(clone, {recursive: true, force: true});
}
