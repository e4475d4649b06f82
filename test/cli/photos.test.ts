// A folder of photos as people fill it: odd names, broken files, missing credits. None of it may stop a build, and no
// picture is shown under another picture's name.
import assert from "node:assert/strict";
import {createHash} from "node:crypto";
import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, test} from "node:test";
import sharp from "sharp";
import {parseSelection} from "../../components/site/selection.js";
import {modelsOfSite} from "../../data/site/models.js";
import {checkPhotos} from "../../data/site/photo-check.js";
import {listPhotoProblems, listPhotoFiles, photoId} from "../../data/site/photos.js";
import {snapshotOf} from "../../data/site/snapshots.js";

const folder = mkdtempSync(join(tmpdir(), "photos-"));
after(() => rmSync(folder, {recursive: true}));

const plain = (background: string) => sharp({create: {width: 300, height: 260, channels: 3, background}});
const jpeg = await plain("#8a5").jpeg().toBuffer();
const blue = await plain("#00c").jpeg().toBuffer();
const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const write = (name: string, bytes: string | Uint8Array) => writeFileSync(join(folder, name), bytes);

write("My cat (2).JPG", jpeg);
write("a.jpg", jpeg);
write("a.jpeg", blue);
write("cut.jpg", jpeg.subarray(0, jpeg.length / 2));
write("empty.png", "");
write("holiday.heic", "?");
write(".DS_Store", "");
write("猫.png", await plain("#c00").png().toBuffer());
write("犬.png", await plain("#0c0").png().toBuffer());
write("Größe.avif", await plain("#cc0").avif().toBuffer());
write("scan.tif", await plain("#0cc").tiff().toBuffer());
write("camera.jfif", await plain("#c0c").jpeg().toBuffer());
write("print.jpg", await plain("#777").toColourspace("cmyk").jpeg().toBuffer());
mkdirSync(join(folder, "more"));
symlinkSync(join(folder, "nowhere"), join(folder, "dangling.jpg"));
write("credits.json", JSON.stringify({"a.jpeg": {title: "A", credit: "me"}, "My-cat-2": {title: "Tom"}}));

const cache = join(folder, ".cache", "photos.json");
const found = await checkPhotos(folder, cache);
const photos = () => listPhotoFiles(folder, found);
const problemsOf = (file: string) =>
  listPhotoProblems(folder, found)
    .filter((problem) => problem.file === file)
    .map(({kind, message}) => `${kind}: ${message}`);
const photoOf = (file: string) => photos().find((photo) => photo.file === file)!;

test("names become what an address can carry, readable, each its own", () => {
  assert.equal(photoId("My cat (2).JPG"), "My-cat-2");
  assert.equal(photoId("猫.png"), "猫");
  assert.equal(photoId("Große Straße.png"), "Große-Straße");
  assert.equal(photoId("фото 1.jpg"), "фото-1");
  // The same name, as macOS takes it apart.
  assert.equal(photoId("Gro\u0308ße.png"), photoId("Größe.png"));
  assert.equal(photoId("../..png"), "photo");
  const ids = photos().map(({id}) => id);
  assert.equal(new Set(ids.map((id) => id.toLowerCase())).size, ids.length);
  for (const id of ids) assert.equal(parseSelection(`?image=${encodeURIComponent(id)}`).image, id);
  for (const id of ["猫", "犬", "Größe", "My-cat-2"]) assert.ok(ids.includes(id), id);
});

test("whatever the decoder reads is shown; browsers are given what they can decode", () => {
  assert.equal(photoOf("Größe.avif").whole, "images/Größe.avif");
  assert.equal(photoOf("camera.jfif").whole, "images/camera.jfif");
  assert.equal(photoOf("scan.tif").whole, "photos/scan.png");
  // Programs disagree on CMYK.
  assert.equal(photoOf("print.jpg").whole, "photos/print.png");
});

test("two files with one stem are told apart by name, and a credit by stem is neither's", () => {
  assert.deepEqual(
    ["a.jpeg", "a.jpg"].map((file) => [photoOf(file).id, photoOf(file).title]),
    [
      ["a", "A"],
      ["a-2", "a-2"]
    ]
  );
  assert.match(problemsOf("a.jpg").join(), /a\.jpeg has the same name; this one is “a-2”/);
  write("credits.json", JSON.stringify({a: {title: "Which?"}}));
  assert.deepEqual(
    ["a.jpeg", "a.jpg"].map((file) => photoOf(file).title),
    ["a", "a-2"]
  );
  // The picture that an entry names by its hash keeps the name.
  write("credits.json", JSON.stringify({a: {title: "The green one", sha256: hashOf(jpeg)}}));
  assert.deepEqual(
    ["a.jpeg", "a.jpg"].map((file) => [photoOf(file).id, photoOf(file).title]),
    [
      ["a-2", "a-2"],
      ["a", "The green one"]
    ]
  );
});

test("a credit of another picture is not this one's", () => {
  write("credits.json", JSON.stringify({camera: {title: "Sunset", credit: "me", sha256: hashOf(blue)}}));
  write("words.json", JSON.stringify({camera: "sun; sea", "*": "thing"}));
  const {title, credit, words} = photoOf("camera.jfif");
  assert.deepEqual([title, credit, words], ["camera", "not credited", undefined]);
  assert.match(problemsOf("camera.jfif").join(), /"camera" in credits\.json is about another picture/);
});

test("a photo without a credit, the same picture twice, and a file that is none are reported", () => {
  assert.match(problemsOf("holiday.heic").join(), /^left out: It cannot be decoded/);
  assert.match(problemsOf("dangling.jpg").join(), /^left out: /);
  assert.match(problemsOf("a.jpg").join(), /It is the same picture as My cat \(2\)\.JPG/);
  assert.match(problemsOf("猫.png").join(), /note: No entry "猫" in credits\.json/);
  assert.deepEqual(problemsOf(".DS_Store"), []);
  assert.deepEqual(problemsOf("more"), []);
});

test("what cannot be decoded whole is found out, once", async () => {
  assert.deepEqual(found.get("a.jpg"), {hash: hashOf(jpeg), width: 300, height: 260, web: true});
  assert.ok(found.get("cut.jpg")?.failure);
  assert.ok(found.get("empty.png")?.failure);
  assert.deepEqual(await checkPhotos(folder, cache), found);
});

test("credits that are no JSON cost the credits only", () => {
  write("credits.json", '{"a": ');
  assert.equal(photos().find(({id}) => id === "a")?.credit, "not credited");
  assert.match(problemsOf("credits.json").join(), /It cannot be read/);
});

test("a committed analysis belongs to the very picture; mini takes the others", async () => {
  const coffee = listPhotoFiles().find(({id}) => id === "coffee")!;
  assert.match(snapshotOf("vit-ti-16", coffee.hash)!, /coffee\.zip$/);
  assert.equal(snapshotOf("vit-ti-16", hashOf(blue)), undefined);
  const other = {...coffee, hash: hashOf(blue)};
  const models = await modelsOfSite([coffee, {...other, id: "mine"}]);
  const covered = models.flatMap((model) => model.photos.map(({id}) => `${model.id} ${id}`));
  // With vit-ti-16's weights at hand it analyses both.
  const here = covered.includes("vit-ti-16 mine");
  assert.deepEqual(covered, here ? ["vit-ti-16 coffee", "vit-ti-16 mine"] : ["vit-ti-16 coffee", "mini mine"]);
});
