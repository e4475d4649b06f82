// Words as a reader types and pastes them on a page.
import assert from "node:assert/strict";
import {test} from "node:test";
import {browser, openSite, site} from "../support/site.js";

openSite();

test("lines can be pasted, equal words are said, unknown ones get neighbours, too many are refused", async () => {
  const page = await browser.newPage();
  await page.goto(`${site.url}segmentation?model=vit-ti-16`);
  const input = page.locator(".words input").first();
  const note = page.locator(".words-note").first();
  await note.getByText("Separate classes").waitFor();
  await input.fill("pagoda; 猫; democracy");
  await note.getByText(/“pagoda” \(nearest: temple, .*\); “猫”; “democracy”\./).waitFor();
  await input.fill("dog; dogs; cat");
  await note.getByText("so class 2 is never found").waitFor();
  await input.fill(`${"dog, ".repeat(900)}cat`);
  await note.getByText("characters are more than an address holds").waitFor();
  await input.fill("");
  await input.evaluate((field, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text", text);
    field.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
  }, "# mine\ncup, mug;\n\nspoon\ntable\n");
  assert.equal(await input.inputValue(), "cup, mug; spoon; table");
  await note.getByText("Separate classes").waitFor();
  assert.equal(new URL(page.url()).searchParams.get("words"), "cup, mug; spoon; table");
  await page.close();
});
