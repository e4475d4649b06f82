// A model whose weights the site leaves on another host: nobody asks it before the reader agrees.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {after, before, beforeEach, test} from "node:test";
import type {Browser, BrowserContext, Page} from "playwright-core";
import {drawn} from "../support/drawn.js";
import {listen, sendBytes} from "../support/hub-server.js";
import {keepFailures} from "../support/failures.js";
import {base, launch, shoot} from "../support/harness.js";
import {cold, computed} from "../support/live.js";
import {serve, type ServeOptions, type Site} from "../support/serve.js";
import {offering, tinyClip, tinyEntry} from "../support/site-model.js";

let host: Awaited<ReturnType<typeof listen>>;
let extra: NonNullable<ServeOptions["extra"]>;
let site: Site;
let browser: Browser;
const asked: string[] = [];
before(async () => {
  host = await listen((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "range");
    if (request.method === "OPTIONS") response.end();
    else sendBytes(tinyClip["model.safetensors"], request, response);
  });
  const entry = await tinyEntry("tiny-clip", 300_000);
  extra = offering({...entry, remote: `${host.url}/owner/name/resolve/0123/model.safetensors`});
  for (const name of extra.keys()) if (name.endsWith(".bin")) extra.delete(name);
  site = await serve("dist", {base, extra});
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await site?.close();
  await host?.close();
});
keepFailures(() => browser);
beforeEach(() => void (asked.length = 0));

/** What a build with such a model writes into the page and the service worker: test/weights/remote.test.ts. */
function allowHost(): void {
  const html = readFileSync("dist/live.html", "utf8");
  const policies = html.replaceAll(/connect-src ('self'[^;"]*)/g, `connect-src $1 ${host.url}`);
  extra.set("live", {body: policies, type: "text/html; charset=utf-8"});
  const worker = readFileSync("dist/isolate.js", "utf8");
  const named = worker.replace('const modelHosts = "";', `const modelHosts = "${host.url}";`);
  assert.notEqual(named, worker);
  extra.set("isolate.js", {body: named, type: "text/javascript"});
}

/** The page as a second visit has it: isolated, its worker with a policy. */
async function openIsolated(context?: BrowserContext): Promise<Page> {
  const page = await (context ?? (await browser.newContext())).newPage();
  await cold(page);
  await page.goto(
    `${site.url}live?device=wasm&model=tiny-clip&methods=clip,sfp&windows=whole&short=224&words=cat; sofa, couch`
  );
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.reload();
  await page.locator(".live-machine > *").first().waitFor();
  assert.equal(await page.evaluate(() => crossOriginIsolated), true);
  return page;
}

test("the page asks its reader, then the host, and the next visit neither", {timeout: 120_000}, async () => {
  allowHost();
  const page = await openIsolated();
  const name = new URL(host.url).host;
  assert.equal(
    await page
      .getByLabel(/^Model/)
      .locator("option:checked")
      .innerText(),
    `tiny-clip, from ${name}`
  );
  await page.getByRole("button", {name: "Run on this photo"}).click();
  const question = page.locator(".live-failure.is-question");
  await question.getByText(`are not on this site but on ${name}`).waitFor();
  await shoot(page, "live-remote", false);
  assert.deepEqual(asked, []);

  await question.getByRole("button", {name: `Fetch them from ${name}`}).click();
  await computed(page);
  await drawn(page, "mask", {clip: 1, sfp: 1}, {timeout: 60_000});
  assert.deepEqual(asked, ["GET /owner/name/resolve/0123/model.safetensors"]);

  // In a tab of its own, which has no run to go on with.
  const next = await openIsolated(page.context());
  await next.getByRole("button", {name: "Run on this photo"}).click();
  await computed(next);
  assert.equal(asked.length, 1);
  await page.context().close();
});

test("a site whose policy does not name the host cannot reach it", {timeout: 120_000}, async () => {
  extra.delete("live");
  extra.delete("isolate.js");
  const page = await openIsolated();
  await page.getByRole("button", {name: "Run on this photo"}).click();
  await page.getByRole("button", {name: /^Fetch them from/}).click();
  await page.locator(".live-failure", {hasText: /no connection to 127\.0\.0\.1/}).waitFor();
  assert.deepEqual(asked, []);
  await page.context().close();
});
