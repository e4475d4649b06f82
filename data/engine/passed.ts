/** Which checks devices have passed on this machine: a file beside what else is kept. */
import {mkdir, readFile, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import type {Passed} from "../../components/model/self-check.js";

const project = fileURLToPath(new URL("../..", import.meta.url));

/** Lines of a file, one a check that was passed. A file that cannot be read or written means another check, no more. */
export function passedIn(file = join(project, ".cache", "devices.txt")): Passed {
  const lines = async () => (await readFile(file, "utf8").catch(() => "")).split("\n").filter(Boolean);
  return {
    has: async (key) => (await lines()).includes(key),
    async add(key) {
      try {
        await mkdir(dirname(file), {recursive: true});
        await writeFile(file, [...(await lines()), key, ""].join("\n"));
      } catch {
        // The next run checks again.
      }
    }
  };
}
