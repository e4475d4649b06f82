// Where a browser is looked for, on machines that this one is not.
import assert from "node:assert/strict";
import {delimiter} from "node:path";
import {test} from "node:test";
import {adapterFlags, findBrowser, type Machine} from "../../scripts/browser.js";

/** A machine with these files alone. */
function machine(files: string[], more: Partial<Machine> = {}): Machine {
  return {
    env: {PATH: ["/usr/local/bin", "/usr/bin"].join(delimiter)},
    platform: "linux",
    home: "/home/reader",
    exists: (file) => files.includes(file),
    list: (folder) => [
      ...new Set(
        files.filter((file) => file.startsWith(`${folder}/`)).map((file) => file.slice(folder.length + 1).split("/")[0])
      )
    ],
    ...more
  };
}

test("CHROMIUM decides, and one that is not there is an error that names it", () => {
  const files = ["/usr/bin/chromium", "/opt/other/chrome"];
  assert.equal(findBrowser(machine(files, {env: {CHROMIUM: "/opt/other/chrome", PATH: "/usr/bin"}})), files[1]);
  assert.throws(() => findBrowser(machine(files, {env: {CHROMIUM: "/nowhere/chrome"}})), /\/nowhere\/chrome/);
});

test("Chromium comes before Chrome, Chrome before Edge, wherever on the PATH they are", () => {
  const files = ["/usr/local/bin/microsoft-edge", "/usr/local/bin/google-chrome", "/usr/bin/chromium"];
  for (const expected of files.toReversed()) {
    assert.equal(findBrowser(machine(files)), expected);
    files.pop();
  }
  assert.equal(findBrowser(machine([])), undefined);
});

test("a Mac's applications, the system's and the reader's", () => {
  for (const file of [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/home/reader/Applications/Chromium.app/Contents/MacOS/Chromium"
  ])
    assert.equal(findBrowser(machine([file], {platform: "darwin"})), file);
});

test("Playwright's cache, the newest version first, wherever it is kept", () => {
  const cache = "/home/reader/.cache/ms-playwright";
  const files = [`${cache}/chromium-999/chrome-linux/chrome`, `${cache}/chromium-1200/chrome-linux64/chrome`];
  assert.equal(findBrowser(machine(files)), files[1]);
  const elsewhere = "/data/browsers/chromium-1200/chrome-linux/chrome";
  assert.equal(
    findBrowser(machine([elsewhere], {env: {PATH: "", PLAYWRIGHT_BROWSERS_PATH: "/data/browsers"}})),
    elsewhere
  );
  const mac = "/home/reader/Library/Caches/ms-playwright/chromium-1/chrome-mac/Chromium.app/Contents/MacOS/Chromium";
  assert.equal(findBrowser(machine([mac], {platform: "darwin"})), mac);
});

test("a GPU is taken on request alone, and a name that means nothing is refused", () => {
  assert.deepEqual(adapterFlags(undefined, "linux"), ["--use-webgpu-adapter=swiftshader"]);
  assert.ok(adapterFlags("gpu", "linux").includes("--use-angle=vulkan"));
  assert.ok(!adapterFlags("gpu-unsafe", "linux").some((flag) => flag.includes("swiftshader")));
  assert.deepEqual(adapterFlags("gpu", "darwin"), []);
  assert.throws(() => adapterFlags("card", "linux"), /ADAPTER=card is not known; it may be software, gpu/);
});
