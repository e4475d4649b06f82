// npm test: every check, in the order in which it is cheapest to fail.
// npm test -- unit lint: only these stages.
import {once} from "node:events";
import {readdirSync} from "node:fs";
import {availableParallelism} from "node:os";
import {join, relative, resolve, sep} from "node:path";
import {run as runFiles} from "node:test";
import {tap} from "node:test/reporters";
import {chromium} from "playwright-core";
import {browserAdvice, getBrowser, launchOptions} from "./browser.js";
import {runProgram, runBinary} from "./process.js";

/** The base path that the tested site is built for: what breaks under it breaks on GitHub Pages. */
process.env.BASE ??= "/sfp-explorer/";

/** Kinds of test files, by where they are below `test`. */
type Kind = "unit" | "browser" | "alone";

function kindOf(file: string): Kind {
  if (!file.startsWith(`browser${sep}`)) return "unit";
  return file.startsWith(join("browser", "alone", sep)) ? "alone" : "browser";
}

/** Test files of a kind. Node 20 has no globs of its own. */
function testFiles(kind: Kind): string[] {
  return readdirSync("test", {recursive: true, encoding: "utf8"})
    .filter((file) => file.endsWith(".test.ts") && kindOf(file) === kind)
    .map((file) => join("test", file))
    .toSorted();
}

/** What failed and how it went on, to be said again at the very end. */
const remarks: string[] = [];

/** Runs so many files at a time, each in a process with this one's options, and returns those in which a test failed. */
async function runTests(files: string[], together: number): Promise<string[]> {
  if (files.length === 0) return [];
  const failed = new Set<string>();
  const events = runFiles({files: files.map((file) => resolve(file)), concurrency: together});
  events.on("test:fail", ({name, file: path = "", details: {error}}) => {
    const file = relative("", path);
    const {message} = error.cause instanceof Error ? error.cause : error;
    failed.add(file);
    remarks.push(`not ok: ${file}: ${name}\n  ${message.split("\n")[0]}`);
  });
  const output = events.compose(tap);
  output.pipe(process.stdout, {end: false});
  await once(output, "end");
  return [...failed];
}

/**
 * Runs test files in contexts of one browser, which each connects to: a browser a file would cost its start and its
 * caches each time.
 */
async function runInOneBrowser(browser: string, files: string[], together: number): Promise<string[]> {
  const server = await chromium.launchServer({...launchOptions(), executablePath: browser});
  process.env.SFP_BROWSER = server.wsEndpoint();
  try {
    return await runTests(files, together);
  } finally {
    delete process.env.SFP_BROWSER;
    await server.close();
  }
}

/**
 * What a browser does depends on more than this project: files that failed are run a second time, and count by that. What
 * failed the first time is said all the same.
 */
async function runBrowserTests(): Promise<number> {
  if (browser === undefined) {
    remarks.push(browserAdvice);
    return 1;
  }
  // Most of a page's time is waiting. What measures runs by itself.
  const together = Math.max(2, availableParallelism());
  const failed = await runInOneBrowser(browser, testFiles("browser"), together);
  failed.push(...(await runInOneBrowser(browser, testFiles("alone"), 1)));
  if (failed.length === 0) return 0;
  console.log(`\n== browser, once more: ${failed.join(", ")}`);
  const again = await runInOneBrowser(browser, failed, 1);
  if (again.length === 0) remarks.push("passed at the second attempt");
  return again.length;
}

/** The browser of the tests; a remark where there is none, because most stages need none. */
function chosenBrowser(): string | undefined {
  try {
    const found = getBrowser();
    console.log(found === undefined ? browserAdvice : `browser: ${found}`);
    return found;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}

const stages: Record<string, () => Promise<number>> = {
  types: () => runBinary("tsc", ["--noEmit"]),
  lint: async () =>
    (await runBinary("oxlint", ["--deny-warnings"])) ||
    (await runBinary("prettier", ["--check", "."])) ||
    (await runBinary("knip", [])) ||
    (await runBinary("knip", ["--production"])) ||
    runProgram(process.execPath, ["--import", "tsx", "scripts/words.ts"]),
  // Two at a time: the tests of the engine use threads of their own.
  unit: async () => (await runTests(testFiles("unit"), 2)).length,
  build: () => runProgram(process.execPath, ["--import", "tsx", "scripts/build.ts"]),
  browser: runBrowserTests
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in stages));
if (unknown.length > 0) {
  console.error(`no stage "${unknown.join('", "')}"; the stages are ${Object.keys(stages).join(", ")}`);
  process.exit(2);
}

// Before the rest, so that whoever has none hears of it now.
const browser = asked.length === 0 || asked.includes("browser") ? chosenBrowser() : undefined;

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
console.log(`\n${[...remarks, times.join(", ")].join("\n")}`);
console.log(failed ? `failed: ${failed}` : "passed");
