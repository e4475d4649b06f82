// The page of causes: one click changes the norms, undo brings them back, and a link shows the same again.
import assert from "node:assert/strict";
import {test} from "node:test";
import {drawn} from "../support/drawn.js";
import {open} from "../support/harness.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

/** Starting the model takes a while on a machine that is busy. */
const patient = {timeout: 120_000};

test("one click shortens the high-norm patch, the model runs what is typed, undo restores, a link shows it again", async () => {
  const {page, problems} = await open(browser, `${site.url}causes?image=astronaut`);
  const plain = await drawn(page, "causes-change", {shown: ""}, patient);
  assert.ok(Number(plain.ratio) > 20, `largest norm over the median: ${plain.ratio}`);
  await page.locator(".causes-questions button").nth(1).click();
  const off = await drawn(page, "causes-change", {}, patient);
  assert.ok(Number(off.ratio) < 3, `with ten neurons off: ${off.ratio}`);
  await page.locator(".causes-questions button").nth(2).click();
  assert.equal((await drawn(page, "causes-change", {shown: ""})).ratio, plain.ratio);

  const list = "head 9.1 x0.5; neuron 8.128 set 0 @ 0";
  await page.locator(".causes-form input").fill(list);
  await page.locator(".causes-form button").click();
  const ran = await drawn(page, "causes-change", {shown: list}, patient);
  assert.notEqual(ran.ratio, plain.ratio);
  await page.waitForURL(/intervene=/);
  await page.reload();
  assert.equal((await drawn(page, "causes-change", {shown: list}, patient)).ratio, ran.ratio);
  await page.locator(".causes-list button").first().click();
  await drawn(page, "causes-change", {shown: "neuron 8.128 set 0 @ 0"}, patient);

  await page.locator(".causes-form input").fill("head 3 x0");
  await page.locator(".causes-form button").click();
  assert.match(
    await page.locator("#figure-causes-change .causes-status").innerText(),
    /write it as head LAYER\.HEAD xSCALE/
  );
  assert.deepEqual(problems, []);
  await page.close();
});
