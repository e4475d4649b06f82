// The page and the command line see the same pixels of every kind of picture that both accept.
import assert from "node:assert/strict";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, test} from "node:test";
import {readPicture} from "../../data/files/picture.js";
import {built} from "../support/live.js";
import {pictureKinds} from "../support/picture-kinds.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

const folder = mkdtempSync(join(tmpdir(), "kinds-"));
after(() => rmSync(folder, {recursive: true}));

/** The most that a value of 0 to 255 may differ where two decoders convert colours: inks, chroma of AVIF, wide gamut. */
const near: Readonly<Record<string, number>> = {"print.jpg": 3, "plain.avif": 2, "wide-gamut.png": 2};

interface Pixels {
  width: number;
  height: number;
  data: Uint8Array | number[];
}

async function openDecoder(): Promise<(bytes: Buffer) => Promise<Pixels | string>> {
  const page = await browser.newPage();
  await page.addInitScript("globalThis.__name = (value) => value");
  await page.goto(`${site.url}glossary`);
  const decoder = site.url + built("components/live/worker/picture");
  return (bytes) =>
    page.evaluate(
      async ([address, text]) => {
        const {decodePicture} = (await import(address)) as {decodePicture(file: Blob): Promise<{picture: Pixels}>};
        try {
          const {picture} = await decodePicture(
            new Blob([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))])
          );
          return {...picture, data: [...picture.data]};
        } catch (error) {
          return error instanceof Error ? error.message : String(error);
        }
      },
      [decoder, bytes.toString("base64")] as const
    );
}

test("both see the same pixels of every kind", async (context) => {
  const decode = await openDecoder();
  for (const [name, bytes] of Object.entries(await pictureKinds())) {
    const file = join(folder, name);
    writeFileSync(file, bytes);
    const ours = await readPicture(file);
    const theirs = await decode(bytes);
    if (typeof theirs === "string") assert.fail(`${name}: ${theirs}`);
    assert.deepEqual([name, theirs.width, theirs.height], [name, ours.width, ours.height]);
    const most = Math.max(...Array.from(ours.data, (value, i) => Math.abs(value - theirs.data[i])));
    if (most > 0) context.diagnostic(`${name}: at most ${most} of 255`);
    assert.ok(most <= (near[name] ?? 0), `${name} differs by ${most} of 255`);
  }
});

test("both refuse a JPEG whose pixels are not all there", async () => {
  const decode = await openDecoder();
  const whole = (await pictureKinds())["plain.jpg"];
  for (const missing of [6, 40, whole.length >> 1]) {
    const file = join(folder, "cut.jpg");
    const cut = whole.subarray(0, whole.length - missing);
    writeFileSync(file, cut);
    await assert.rejects(readPicture(file), /cut\.jpg is not a picture/);
    assert.match(String(await decode(cut)), /This JPEG is damaged/);
  }
});
