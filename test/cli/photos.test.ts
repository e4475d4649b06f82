// A folder of photos as people fill it: odd names, broken files, missing credits. None of it may stop a build.
import assert from "node:assert/strict";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, test} from "node:test";
import sharp from "sharp";
import {checkPhotos} from "../../data/site/photo-check.js";
import {listPhotoProblems, listPhotos, photoId} from "../../data/site/photos.js";

const folder = mkdtempSync(join(tmpdir(), "photos-"));
after(() => rmSync(folder, {recursive: true}));

const jpeg = await sharp({create: {width: 300, height: 260, channels: 3, background: "#8a5"}})
  .jpeg()
  .toBuffer();
writeFileSync(join(folder, "My cat (2).JPG"), jpeg);
writeFileSync(join(folder, "a.jpg"), jpeg);
writeFileSync(join(folder, "a.jpeg"), jpeg);
writeFileSync(join(folder, "cut.jpg"), jpeg.subarray(0, jpeg.length / 2));
writeFileSync(join(folder, "empty.png"), "");
writeFileSync(join(folder, "holiday.heic"), "?");
writeFileSync(join(folder, ".DS_Store"), "");
writeFileSync(join(folder, "credits.json"), JSON.stringify({a: {title: "A", credit: "me"}}));

test("names become what an address can carry, each its own", () => {
  assert.equal(photoId("My cat (2).JPG"), "My-cat-2");
  assert.equal(photoId("Ünïcode.png"), "Unicode");
  assert.match(photoId("猫.png"), /^[\w.-]{1,60}$/);
  const ids = listPhotos(folder).map(({id}) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[\w.-]{1,80}$/);
  assert.ok(ids.includes("a") && ids.includes("a-2") && ids.includes("My-cat-2"));
});

test("a credit may be in parts; a photo without one is shown and reported", () => {
  const credited = listPhotos(folder).find(({id}) => id === "a")!;
  assert.deepEqual([credited.title, credited.alt, credited.credit, credited.licence], ["A", "A", "me", "unknown"]);
  const problems = listPhotoProblems(folder);
  assert.equal(problems.find(({file}) => file === "holiday.heic")?.kind, "left out");
  assert.equal(problems.find(({file}) => file === "My cat (2).JPG")?.kind, "note");
  assert.equal(
    problems.some(({file}) => file === ".DS_Store"),
    false
  );
});

test("what cannot be decoded whole is found out, once", async () => {
  const cache = join(folder, "cache", "photos.json");
  const found = await checkPhotos(folder, cache);
  assert.deepEqual(found.get("a.jpg"), {width: 300, height: 260});
  assert.ok(found.get("cut.jpg")?.failure);
  assert.ok(found.get("empty.png")?.failure);
  assert.deepEqual(await checkPhotos(folder, cache), found);
});

test("credits that are no JSON cost the credits only", () => {
  writeFileSync(join(folder, "credits.json"), '{"a": ');
  assert.equal(listPhotos(folder).find(({id}) => id === "a")?.credit, "not credited");
  assert.ok(listPhotoProblems(folder).some(({file}) => file === "credits.json"));
});
