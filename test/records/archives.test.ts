// Analyses of photos: kept by what they depend on, made once, each by itself.
import assert from "node:assert/strict";
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from "node:fs";
import {tmpdir} from "node:os";
import {basename, dirname, join} from "node:path";
import {Writable} from "node:stream";
import {after, test} from "node:test";
import {gunzipSync} from "node:zlib";
import {decodeRecord} from "../../components/records/arrow.js";
import {photoNamed, type PhotoFile} from "../../data/site/photos.js";
import {computeMissing} from "../../data/records/computeMissing.js";
import {pack, packedFiles, unpack} from "../../data/records/archive.js";
import {archiveFile, keepArchive} from "../../data/records/places.js";
import {photoArchive} from "../../data/records/photoArchive.js";

const ids = ["archives-test-1", "archives-test-2"];
const [one, two] = ids.map((id): PhotoFile => ({...photoNamed("rocket"), id}));
const broken: PhotoFile = {...one, id: "archives-test-broken", file: "credits.json"};
const folder = mkdtempSync(join(tmpdir(), "archives-"));
after(async () => {
  rmSync(folder, {recursive: true});
  for (const photo of [one, two]) rmSync(dirname(await archiveFile("mini", photo)), {recursive: true, force: true});
});

/** What people would be told. */
function listener(): NodeJS.WritableStream & {text: string} {
  const stream = new Writable({
    write(chunk, _encoding, done) {
      told.text += String(chunk);
      done();
    }
  });
  const told = Object.assign(stream, {text: ""});
  return told;
}

test("an archive holds its files compressed, as hosts serve them, and is the same each time", () => {
  const files = {"a.arrow": Uint8Array.from({length: 3000}, (_, i) => i % 7), "b.arrow": new Uint8Array(0)};
  const archive = pack(files);
  assert.deepEqual(Buffer.from(archive), Buffer.from(pack(files)));
  assert.ok(archive.length < 1000);
  const packed = packedFiles(archive);
  assert.deepEqual(Object.keys(packed), ["a.arrow.gz", "b.arrow.gz"]);
  assert.deepEqual(new Uint8Array(gunzipSync(packed["a.arrow.gz"])), files["a.arrow"]);
  assert.deepEqual(Object.keys(unpack(archive)), Object.keys(files));
});

test("a newer archive of a photo takes the place of the older", () => {
  const file = (key: string) => join(folder, "photo", `${key}.zip`);
  keepArchive(file("old"), Uint8Array.of(1));
  keepArchive(file("new"), Uint8Array.of(2));
  assert.deepEqual(readdirSync(join(folder, "photo")), ["new.zip"]);
  assert.deepEqual([...readFileSync(file("new"))], [2]);
});

test("names change with the photo and its id", async () => {
  const names = [one, two, {...one, file: photoNamed("coffee").file}].map(async (photo) =>
    basename(await archiveFile("mini", photo))
  );
  assert.equal(new Set(await Promise.all(names)).size, 3);
});

test("without weights and without a snapshot, what to do is said", async () => {
  await assert.rejects(archiveFile("no-such-model", one), /no model is called "no-such-model"; known are/);
});

test("photos are analysed once; one that fails is named and stops nothing", async () => {
  const told = listener();
  const failures = await computeMissing("mini", [one, broken, two], told);
  assert.deepEqual(
    failures.map(({photo}) => photo.id),
    [broken.id]
  );
  assert.match(failures[0].reason, /credits\.json is not a picture/);
  assert.match(told.text, /^mini: 3 of 3 photos have no analysis yet/);
  for (const photo of [one, two]) {
    const {image, provenance} = decodeRecord(unpack(await photoArchive("mini", photo))["summary.arrow"]);
    assert.deepEqual([image, provenance.model], [photo.id, "mini"]);
  }

  // What an interrupted run left is kept, and only the rest is done.
  const kept = await archiveFile("mini", one);
  const made = statSync(kept).mtimeMs;
  rmSync(await archiveFile("mini", two));
  const again = listener();
  assert.deepEqual(await computeMissing("mini", [one, two], again), []);
  assert.match(again.text, /^mini: 1 of 2 photos/);
  assert.equal(statSync(kept).mtimeMs, made);
  assert.ok(existsSync(await archiveFile("mini", two)));
});
