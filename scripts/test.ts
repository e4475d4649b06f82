// npm test: every check, in the order in which it is cheapest to fail.
// npm test -- unit lint: only these stages.
import {readdirSync} from "node:fs";
import {join, sep} from "node:path";
import {run, runBinary} from "./process.js";

/** The base path that the tested site is built for: what breaks under it breaks on GitHub Pages. */
const base = process.env.BASE ?? "/sfp-explorer/";

/** Test files under `test`, in or out of `test/browser`. Node 20 has no globs of its own. */
function testFiles(browser: boolean): string[] {
  return readdirSync("test", {recursive: true, encoding: "utf8"})
    .filter((file) => file.endsWith(".test.ts") && file.startsWith(`browser${sep}`) === browser)
    .map((file) => join("test", file))
    .toSorted();
}

/** So many files at a time. */
async function runTests(files: string[], together: number): Promise<number> {
  if (files.length === 0) return 0;
  return run(process.execPath, ["--import", "tsx", "--test", `--test-concurrency=${together}`, ...files], {BASE: base});
}

const stages: Record<string, () => Promise<number>> = {
  types: () => runBinary("tsc", ["--noEmit"]),
  lint: async () => (await runBinary("oxlint", ["--deny-warnings"])) || runBinary("prettier", ["--check", "."]),
  // Two at a time: the tests of the engine use threads of their own.
  unit: () => runTests(testFiles(false), 2),
  build: () => run(process.execPath, ["--import", "tsx", "scripts/build.ts"], {BASE: base}),
  // One at a time: some measure how long a page keeps its thread.
  browser: () => runTests(testFiles(true), 1)
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in stages));
if (unknown.length > 0) {
  console.error(`no stage "${unknown.join('", "')}"; the stages are ${Object.keys(stages).join(", ")}`);
  process.exit(2);
}

const times: string[] = [];
let failed: string | undefined;
for (const [name, stage] of Object.entries(stages)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n== ${name}`);
  const start = performance.now();
  const status = await stage();
  times.push(`${name} ${((performance.now() - start) / 1000).toFixed(1)} s`);
  if (status !== 0) {
    failed = name;
    process.exitCode = 1;
    break;
  }
}
console.log(`\n${times.join(", ")}`);
console.log(failed ? `failed: ${failed}` : "passed");
