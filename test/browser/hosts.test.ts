// The site on static hosts of every kind: each link and each module is there, and readers get the newest build.
import assert from "node:assert/strict";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync
} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {finishSite} from "../../scripts/site/finish.js";
import {base, open} from "../support/harness.js";
import {lookups, serveAs, serveCompressed, serveNginx, servePython} from "../support/hosts.js";
import type {Site} from "../support/serve.js";
import {browser, openSite} from "../support/site.js";
import {budgets, pastBudget, visit} from "../support/slow-line.js";

openSite();

/** Addresses that a page or a module names: links, styles, scripts, and what code imports or resolves. */
function namedIn(text: string, address: string): string[] {
  const html = new URL(address).pathname.endsWith(".html");
  const patterns = [
    ...(html ? [/<(?:a|link)\b[^>]*\shref="([^"#]+)/g, /<(?:script|img)\b[^>]*\ssrc="([^"]+)"/g] : []),
    /(?:\bfrom|\bimport|\bimport\(|\bimport\.meta\.resolve\()\s*"(\.[^"]+)"/g
  ];
  return (
    patterns
      .flatMap((pattern) => [...text.matchAll(pattern)].map(([, name]) => name.replaceAll("&amp;", "&")))
      // Framework's client offers libraries that no page here asks it for.
      .filter((name) => !/^(data|mailto|https?):|\/_npm\/|^\.\/stdlib\//.test(name))
      .map((name) => new URL(name, address).href.replace(/[?#].*$/, ""))
  );
}

/** Follows every link from the front page's file; returns what is not there, and how many pages were seen. */
async function crawl({url}: Site): Promise<{missing: string[]; pages: number}> {
  const first = `${url}index.html`;
  const list = (await (await fetch(`${url}offline.json`)).json()) as {files: string[]; later: string[]};
  const queue = [first, ...[...list.files, ...list.later].map((file) => url + file)];
  const seen = new Set(queue);
  const missing: string[] = [];
  let pages = 0;
  for (const address of queue) {
    // Pages and modules name others; of the rest it is enough that they are there.
    const response = await fetch(address, {method: /\.(html|js)$/.test(address) ? "GET" : "HEAD"});
    const type = response.headers.get("content-type") ?? "";
    if (response.status !== 200) missing.push(`${address.slice(url.length)}: ${response.status}`);
    const isPage = type.startsWith("text/html");
    if (isPage) ++pages;
    // The page of what is not there is served at any address, so its links are whole.
    if (!/html|javascript/.test(type) || /\/404(\.html)?$/.test(address)) {
      await response.body?.cancel();
      continue;
    }
    for (const named of namedIn(await response.text(), isPage ? address : response.url))
      if (named.startsWith(url) && !seen.has(named)) {
        seen.add(named);
        queue.push(named);
      }
  }
  return {missing, pages};
}

for (const name of Object.keys(lookups))
  test(`every link works on a host with ${name}`, async () => {
    const host = await serveAs(name, () => "dist", "/some/where/");
    const {missing, pages} = await crawl(host);
    await host.close();
    assert.deepEqual(missing, []);
    assert.ok(pages > 10, `${pages} pages`);
  });

for (const [name, start] of [
  ["Python's server", servePython],
  ["nginx without try_files", serveNginx]
] as const)
  test(`every link works on ${name}`, async (t) => {
    const host = await start("dist");
    if (!host) return t.skip(`${name} is not on this machine`);
    const {missing} = await crawl(host);
    await host.close();
    assert.deepEqual(missing, []);
  });

test("pages keep to their budgets: bytes until the first figure, requests, layout shift", async (t) => {
  const host = await serveCompressed("dist", base);
  t.after(() => host.close());
  for (const page of Object.keys(budgets))
    assert.deepEqual(pastBudget(page, await visit(browser, host.url, page, undefined)), []);
});

/** A copy of the built site, its data linked. */
function copyOfSite(): string {
  const folder = mkdtempSync(join(tmpdir(), "sfp-build-"));
  cpSync("dist", folder, {recursive: true, filter: (from) => from !== join("dist", "data")});
  symlinkSync(join(process.cwd(), "dist", "data"), join(folder, "data"));
  return folder;
}

/** What another build does: bundles with other content and so other names, pages that name them, and a list anew. */
function buildAgain(folder: string): void {
  for (const file of readdirSync(folder).filter((each) => each.endsWith(".html"))) {
    const html = readFileSync(join(folder, file), "utf8");
    const [, name] = /<script type="module" src="\.\/(_import\/pages\/[^"]+)"/.exec(html)!;
    const later = name.replace(/\.[^./]+\.js$/, ".0THERONE.js");
    renameSync(join(folder, name), join(folder, later));
    const code = readFileSync(join(folder, later), "utf8");
    writeFileSync(join(folder, later), `document.documentElement.dataset.build = "second";\n${code}`);
    writeFileSync(join(folder, file), html.replaceAll(name, later).replace(/<meta http-equiv="Content-Sec[^>]*>/, ""));
  }
  finishSite(folder);
}

/** Makes files look old, as those of a site that has stood for a while: browsers keep such files longest. */
function age(folder: string): void {
  const then = new Date(Date.now() - 300 * 86_400_000);
  for (const file of readdirSync(folder, {recursive: true, encoding: "utf8"}))
    if (!file.startsWith("data")) utimesSync(join(folder, file), then, then);
}

test("a returning reader gets the new build, whole, and the old one is forgotten", {timeout: 300_000}, async (t) => {
  const [first, second] = [copyOfSite(), copyOfSite()];
  age(first);
  buildAgain(second);
  let folder = first;
  const host = await serveAs("exact keys only", () => folder);
  t.after(async () => {
    await host.close();
    for (const each of [first, second]) rmSync(each, {recursive: true, force: true});
  });
  const {page, problems} = await open(browser, `${host.url}attention.html`);
  const ready = () =>
    page.waitForFunction(() => document.documentElement.dataset.offline === "ready", undefined, {timeout: 40_000});
  const build = () => page.evaluate(() => document.documentElement.dataset.build);
  await ready();
  assert.equal(await build(), undefined);
  folder = second;
  await page.goto(`${host.url}index.html`);
  await page.waitForSelector("#figure-overview[data-drawn]");
  assert.equal(await build(), "second");
  await ready();
  assert.deepEqual(problems, []);
  // Offline mode of the browser does not reach service workers; a host that is gone does.
  await host.close();
  await page.locator("#observablehq-sidebar a", {hasText: "Attention"}).click();
  await page.waitForFunction(() => document.getElementById("figure-attention")?.dataset.drawn?.includes('"astronaut"'));
  assert.equal(await build(), "second");
  const kept = await page.evaluate(async () => {
    const names = await caches.keys();
    const addresses = await Promise.all(
      names.map(async (name) => (await (await caches.open(name)).keys()).map(({url}) => url))
    );
    return {
      sites: names.filter((name) => name.startsWith("sfp-site ")).length,
      old: addresses.flat().filter((url) => /pages\/(attention|index)\.(?!0THERONE)/.test(url))
    };
  });
  assert.deepEqual(kept, {sites: 1, old: []});
  await page.close();
});
