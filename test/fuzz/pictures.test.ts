// Damaged pictures: decoded whole, or refused with the file's name; never half a picture.
import assert from "node:assert/strict";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, test} from "node:test";
import sharp from "sharp";
import {readPicture} from "../../data/files/picture.js";
import {mutations} from "../support/mutate.js";

const folder = mkdtempSync(join(tmpdir(), "pictures-"));
after(() => rmSync(folder, {recursive: true}));

const noise = sharp({
  create: {width: 40, height: 30, channels: 3, background: "#888", noise: {type: "gaussian", mean: 128, sigma: 40}}
});

for (const [format, bytes] of [
  ["jpeg", await noise.clone().jpeg().toBuffer()],
  ["png", await noise.clone().png().toBuffer()],
  ["webp", await noise.clone().webp().toBuffer()]
] as const) {
  test(`${format}: 120 damaged pictures are decoded or refused`, async () => {
    for (const [i, damaged] of [...mutations(bytes, 120, 3)].entries()) {
      // A name of its own, because libvips keeps what it has read.
      const path = join(folder, `${i}.${format}`);
      writeFileSync(path, damaged);
      try {
        const {width, height, data} = await readPicture(path);
        assert.equal(data.length, 3 * width * height, `picture ${i}`);
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        assert.ok((error as Error).message.startsWith(path), `picture ${i}: ${String(error)}`);
      }
    }
  });
}
