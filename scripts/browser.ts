/** The browser that tests and measuring programs use: one that is on the machine, or one that is fetched. */
import {spawnSync} from "node:child_process";
import {existsSync, readdirSync} from "node:fs";
import {homedir} from "node:os";
import {createRequire} from "node:module";
import {delimiter, dirname, join} from "node:path";

/** Where to look: a machine, as far as browsers on it are concerned. */
export interface Machine {
  env: Record<string, string | undefined>;
  platform: NodeJS.Platform;
  home: string;
  /** The files of a folder, to some depth; none where it is missing. */
  list: (folder: string) => string[];
  exists: (file: string) => boolean;
}

const here: Machine = {
  env: process.env,
  platform: process.platform,
  home: homedir(),
  exists: existsSync,
  list: (folder) => (existsSync(folder) ? readdirSync(folder) : [])
};

/** Programs on the PATH, in the order of preference. */
const names = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
  "microsoft-edge",
  "microsoft-edge-stable",
  "msedge"
];

const macApps = ["Chromium", "Google Chrome", "Microsoft Edge"];
const windowsPrograms = ["Chromium\\Application\\chrome.exe", "Google\\Chrome\\Application\\chrome.exe"].concat(
  "Microsoft\\Edge\\Application\\msedge.exe"
);

/** Where Playwright keeps a browser within a folder of its cache, by platform and version. */
const playwrightPrograms = [
  "chrome-linux/chrome",
  "chrome-linux64/chrome",
  "chrome-linux-arm64/chrome",
  "chrome-mac/Chromium.app/Contents/MacOS/Chromium",
  "chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
  "chrome-mac-x64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
  "chrome-win/chrome.exe",
  "chrome-win64/chrome.exe"
];

/** What to do where there is no browser. */
export const browserAdvice =
  "No Chromium, Chrome or Edge was found. `npx playwright-core install chromium` fetches one; on Debian and Ubuntu, " +
  "`sudo apt-get install chromium`. CHROMIUM names one that lies elsewhere. `npm test -- types lint unit build` runs all " +
  "checks that need none.";

/**
 * Finds a browser: `CHROMIUM`, the PATH, where systems put applications, Playwright's cache.
 *
 * @returns undefined where there is none
 * @throws Error when `CHROMIUM` names a file that is not there
 */
export function findBrowser(machine: Machine = here): string | undefined {
  const {env, exists} = machine;
  if (env.CHROMIUM) {
    if (exists(env.CHROMIUM)) return env.CHROMIUM;
    throw new Error(`CHROMIUM names ${env.CHROMIUM}, and there is no such file. Without it a browser is looked for.`);
  }
  for (const file of candidates(machine)) if (exists(file)) return file;
  return undefined;
}

function* candidates({env, platform, home, list}: Machine): Generator<string> {
  const suffix = platform === "win32" ? ".exe" : "";
  const folders = (env.PATH ?? env.Path ?? "").split(delimiter).filter(Boolean);
  for (const name of names) for (const folder of folders) yield join(folder, name + suffix);
  if (platform === "darwin")
    for (const root of ["/Applications", join(home, "Applications")])
      for (const app of macApps) yield join(root, `${app}.app`, "Contents", "MacOS", app);
  if (platform === "win32")
    for (const root of [env.ProgramFiles, env["ProgramFiles(x86)"], env.LOCALAPPDATA])
      for (const program of root ? windowsPrograms : []) yield join(root!, program);
  const cache = playwrightCache({env, platform, home});
  const versions = list(cache).filter((name) => /^chromium-\d+$/.test(name));
  for (const version of versions.toSorted((a, b) => Number(b.slice(9)) - Number(a.slice(9))))
    for (const program of playwrightPrograms) yield join(cache, version, program);
}

/** The folder that Playwright downloads browsers to. */
function playwrightCache({env, platform, home}: Pick<Machine, "env" | "platform" | "home">): string {
  if (env.PLAYWRIGHT_BROWSERS_PATH) return env.PLAYWRIGHT_BROWSERS_PATH;
  if (platform === "darwin") return join(home, "Library", "Caches", "ms-playwright");
  if (platform === "win32") return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "ms-playwright");
  return join(env.XDG_CACHE_HOME || join(home, ".cache"), "ms-playwright");
}

/** A browser as {@link findBrowser} finds it; an error that says what to do where there is none. */
export function theBrowser(): string {
  const found = findBrowser();
  if (found === undefined) throw new Error(browserAdvice);
  return found;
}

/**
 * Finds a browser or fetches one: Debian's package where this process may install it, Playwright's own download otherwise.
 *
 * @returns undefined when there is none and none could be fetched
 * @throws Error when `CHROMIUM` names a file that is not there
 */
export function getBrowser(): string | undefined {
  const found = findBrowser();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && runs("apt-get", ["--version"], "ignore")) {
    console.log("No browser was found; installing Debian's chromium.");
    const quiet = {DEBIAN_FRONTEND: "noninteractive"};
    runs("apt-get", ["update", "-qq"], "inherit", quiet);
    runs("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], "inherit", quiet);
    const installed = findBrowser();
    if (installed !== undefined) return installed;
  }
  console.log("No browser was found; fetching Playwright's Chromium.");
  const manifest = createRequire(import.meta.url).resolve("playwright-core/package.json");
  runs(process.execPath, [join(dirname(manifest), "cli.js"), "install", "chromium"], "inherit", {
    PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: process.env.PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT ?? "10000"
  });
  return findBrowser();
}

function runs(program: string, args: string[], stdio: "ignore" | "inherit", env: Record<string, string> = {}): boolean {
  return spawnSync(program, args, {stdio, env: {...process.env, ...env}}).status === 0;
}

/** Flags of every program here that starts a browser. WebGPU without a GPU takes the one that calls it "unsafe". */
const flags: readonly string[] = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--enable-unsafe-webgpu"
];

/** On Linux WebGPU reaches a GPU by Vulkan alone, and a page without a screen has no Vulkan surface. */
const vulkan = ["--enable-features=Vulkan", "--use-angle=vulkan", "--disable-vulkan-surface"];
/** Dawn keeps shader-f16 of NVIDIA's cards behind a switch. */
const half = "vulkan_enable_f16_on_nvidia";
const dawn = (...features: string[]) => `--enable-dawn-features=${features.join()}`;
const unlisted = ["--enable-gpu", "--disable-gpu-sandbox", "--ignore-gpu-blocklist"];

/**
 * What WebGPU runs on, as `ADAPTER` names it: a program (the default, the same on every machine), or a GPU, by Chromium's
 * own rules or with more and more of its precautions off.
 */
export const adapters = {
  software: ["--use-webgpu-adapter=swiftshader"],
  gpu: [...vulkan, dawn(half)],
  "gpu-unlisted": [...vulkan, ...unlisted, dawn(half)],
  "gpu-unsafe": [...vulkan, ...unlisted, dawn(half, "allow_unsafe_apis", "disable_adapter_blocklist")]
} as const satisfies Record<string, readonly string[]>;
export type AdapterName = keyof typeof adapters;

/** @throws Error for a name that `adapters` has not */
export function adapterFlags(name = process.env.ADAPTER ?? "software", platform = process.platform): readonly string[] {
  if (!Object.hasOwn(adapters, name))
    throw new Error(`ADAPTER=${name} is not known; it may be ${Object.keys(adapters).join(", ")}.`);
  return name === "software" || platform === "linux" ? adapters[name as AdapterName] : [];
}

/** How a browser is started: all its programs, so that a test that starts its own starts the same. */
export function launchOptions(
  more: readonly string[] = [],
  adapter?: AdapterName
): {executablePath: string; args: string[]} {
  return {executablePath: theBrowser(), args: [...flags, ...adapterFlags(adapter), ...more]};
}
