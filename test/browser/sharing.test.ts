// The built site as hosts and readers get it: its policy, its files, other base paths, no connection.
import assert from "node:assert/strict";
import {existsSync, readFileSync} from "node:fs";
import {test} from "node:test";
import {drawn} from "../support/drawn.js";
import {base, builtPages, open} from "../support/harness.js";
import {serve} from "../support/serve.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

test("every page has a policy without unsafe-eval, and says what it asks", () => {
  const leads = new Set<string>();
  for (const path of builtPages()) {
    const html = readFileSync(`dist/${path === "" ? "index" : path}.html`, "utf8");
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
    assert.match(policy, /script-src 'self' 'wasm-unsafe-eval' 'sha256-/, path);
    assert.doesNotMatch(policy, /'unsafe-eval'|script-src[^;]*'unsafe-inline'|https?:/, path);
    const description = /<meta name="description" content="([^"]*)"/.exec(html)?.[1];
    // Neither an unknown address nor the frame of one figure is to be found by a search.
    if (path === "404" || path === "embed") continue;
    assert.ok(description && description.length > 40, `${path} has no description`);
    assert.ok(!leads.has(description), `${path} has another page's description`);
    leads.add(description);
  }
});

test("the policy holds: no code from strings, no unknown script, no other host", async () => {
  const {page} = await open(browser, site.url);
  const allowed = await page.evaluate(async () => {
    // What a debugger runs directly may do what the page may not; a timer's call is the page's own.
    await new Promise((resolve) => setTimeout(resolve));
    const attempts: Record<string, () => unknown> = {
      function: () => new Function("return 1")(),
      inline: () => {
        const script = document.createElement("script");
        script.textContent = "document.documentElement.dataset.ran = 'yes'";
        document.head.append(script);
        if (!document.documentElement.dataset.ran) throw new Error("did not run");
      },
      host: () => fetch("https://example.org/").then(() => 1)
    };
    const done: string[] = [];
    for (const [name, attempt] of Object.entries(attempts)) {
      try {
        await attempt();
        done.push(name);
      } catch {
        // Refused, as it should be.
      }
    }
    return done;
  });
  assert.deepEqual(allowed, []);
  await page.close();
});

test("the files that hosts look for are there", () => {
  for (const file of ["404.html", "_headers", ".nojekyll", "robots.txt", "social.png", "offline.json", "isolate.js"])
    assert.ok(existsSync(`dist/${file}`), file);
  const {files} = JSON.parse(readFileSync("dist/offline.json", "utf8")) as {files: string[]};
  for (const file of files) {
    const found = [file, `${file}.html`, `${file}index.html`].some((name) => existsSync(`dist/${name}`));
    assert.ok(found, `${file} is listed for offline use and is not there`);
  }
});

test("pages work below another path than they were built for", async () => {
  const elsewhere = await serve("dist", {base: "/some/where/else/"});
  for (const path of ["", "attention"]) {
    const {page, problems} = await open(browser, elsewhere.url + path);
    await page.waitForSelector("figure[data-drawn]");
    assert.deepEqual(problems, []);
    await page.close();
  }
  await elsewhere.close();
});

test("after a first visit the page comes back without a connection, and so do the other pages", async () => {
  const host = await serve("dist", {base});
  const {page} = await open(browser, `${host.url}attention`);
  await page.waitForFunction(() => document.documentElement.dataset.offline === "ready", undefined, {timeout: 40_000});
  // Offline mode of the browser does not reach service workers; a host that is gone does.
  await host.close();
  await page.context().setOffline(true);
  await page.reload();
  await drawn(page, "attention", {image: "astronaut"});
  await page.locator("#observablehq-sidebar a", {hasText: "Overview"}).click();
  await drawn(page, "overview", {image: "astronaut"});
  await page.goto(`${host.url}attention?image=coffee#talk=1`);
  await page.waitForSelector(".is-slide .is-failed");
  assert.match(await page.locator(".is-slide .figure-message").innerText(), /connection failed/);
  await page.close();
});

test("the pages that speak of the paper link to it and to its code, and Cite does", async () => {
  for (const path of ["", "method", "results"]) {
    const {page, problems} = await open(browser, site.url + path);
    for (const address of [
      /^https:\/\/openaccess\.thecvf\.com\/.*Jin_Feature_Purification/,
      /github\.com\/Kimsure\/SFP$/
    ])
      assert.ok(
        (
          await page
            .locator("main .sources a")
            .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href))
        ).some((href) => address.test(href)),
        `${path}: ${address}`
      );
    assert.deepEqual(problems, []);
    await page.close();
  }
  const {page} = await open(browser, site.url);
  await page.locator("#figure-overview").hover();
  await page.locator("#figure-overview .figure-actions button", {hasText: "Cite"}).click();
  assert.equal(await page.locator("dialog.cite .sources a").first().isVisible(), true);
  await page.close();
});
