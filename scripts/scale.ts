// npm run scale -- [COUNT ...]: how a build's time and size grow with the number of photos (7, 50, 200).
// Works in a temporary clone of the last commit, with pictures derived from the photos in data/images.
import {execFileSync} from "node:child_process";
import {cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync} from "node:fs";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import sharp from "sharp";
import {imageFolder, listPhotos} from "../data/photos.js";
import {run} from "./process.js";

const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [7, 50, 200];
const clone = mkdtempSync(join(tmpdir(), "scale-"));

/** A picture like no other: a part of a photo, turned over or not, lighter or darker. */
async function derive(index: number, target: string): Promise<void> {
  const photos = listPhotos();
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

function bytesIn(folder: string): number {
  const files = readdirSync(folder, {recursive: true, encoding: "utf8"}).map((file) => statSync(join(folder, file)));
  return files.filter((stat) => stat.isFile()).reduce((sum, {size}) => sum + size, 0);
}

try {
  execFileSync("git", ["clone", "--quiet", ".", clone]);
  copyModules(resolve("node_modules"), join(clone, "node_modules"));
  // Weights that lie beside the project, or that were downloaded, are found by their usual paths.
  if (existsSync(".cache/models")) cpSync(".cache/models", join(clone, ".cache/models"), {recursive: true});
  process.env.SFP_MODELS ??= resolve("../shared/models");
  process.chdir(clone);
  let made = listPhotos(join(clone, "data/images")).length;
  console.log("photos, first build (s), next build (s), site (MB), analyses (MB)");
  for (const count of counts) {
    for (; made < count; ++made) await derive(made, join(clone, "data/images", `derived-${made}.jpg`));
    const times: number[] = [];
    for (let round = 0; round < 2; ++round) {
      const start = performance.now();
      const status = await run(process.execPath, ["--import", "tsx", "scripts/build.ts"]);
      if (status !== 0) throw new Error(`the build with ${count} photos failed`);
      times.push((performance.now() - start) / 1000);
    }
    const sizes = [bytesIn("dist"), bytesIn("dist/data/records")].map((bytes) => (bytes / 1e6).toFixed(1));
    console.log(`RESULT ${[count, ...times.map((time) => time.toFixed(0)), ...sizes].join(", ")}`);
  }
} finally {
  rmSync(clone, {recursive: true, force: true});
}
