// Committed analyses of most photos hold a part; all that pages draw first is in it.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import {decodeAttention, decodeRecord} from "../../components/records/arrow.js";
import {pack, unpack} from "../../data/records/archive.js";
import {isLight, snapshotArchive} from "../../data/records/lightArchive.js";
import {listPhotoFiles} from "../../data/site/photos.js";
import {snapshotOf} from "../../data/site/snapshots.js";

test("every photo of the project has a committed analysis that opens", () => {
  const photos = listPhotoFiles();
  assert.ok(photos.length >= 20);
  for (const {id, hash, licence} of photos) {
    assert.notEqual(licence, "unknown", id);
    const archive = snapshotOf("vit-ti-16", hash);
    assert.ok(archive, `${id} has none`);
    const files = unpack(readFileSync(archive));
    const record = decodeRecord(files["summary.arrow"]);
    assert.equal(record.image, id);
    assert.equal(decodeAttention(files["attention-plain.arrow"]).length, record.layers);
    assert.equal("heads-plain-1.arrow" in files, !isLight(archive));
  }
});

test("a light archive leaves single heads and rival methods out, and the first photos are whole", () => {
  const names = ["summary", "attention-plain", "heads-plain-1", "features-clip", "features-sclip"];
  const archive = pack(Object.fromEntries(names.map((name) => [`${name}.arrow`, Uint8Array.of(1, 2)])));
  const [name, light] = snapshotArchive("dogs", archive);
  assert.equal(name, "dogs.light.zip");
  assert.deepEqual(Object.keys(unpack(light)), ["summary.arrow", "attention-plain.arrow", "features-clip.arrow"]);
  assert.deepEqual(snapshotArchive("astronaut", archive), ["astronaut.zip", archive]);
});
