import {readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {gzipSync} from "node:zlib";

/**
 * Compresses the analyses of a built site, which come to half their size: hosts that compress what they send are few,
 * and a stick has none. Pages ask for the compressed files (`fetchData`).
 *
 * @returns how many files there were
 */
export function compressRecords(site: string): number {
  const folder = join(site, "data", "records");
  const files = readdirSync(folder, {recursive: true, encoding: "utf8"}).filter((file) => file.endsWith(".arrow"));
  for (const file of files) {
    const path = join(folder, file);
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), {level: 9}));
    rmSync(path);
  }
  return files.length;
}
