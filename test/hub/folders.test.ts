import assert from "node:assert/strict";
import {mkdir, mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {type TestContext, test} from "node:test";
import {cacheFolder} from "../../data/hub/folders.js";
import {modelCatalog, findModel, listModels} from "../../data/hub/index.js";

async function setUp(t: TestContext, ...models: string[]) {
  const root = await mkdtemp(join(tmpdir(), "sfp-places-"));
  t.after(() => rm(root, {recursive: true}));
  for (const model of models) {
    await mkdir(join(root, model), {recursive: true});
    await writeFile(join(root, model, "model.safetensors"), "");
  }
  const places = {project: join(root, "project"), environment: {}};
  return {root, places, elsewhere: {...places, environment: {SFP_MODELS: join(root, "models")}}};
}

test("a name is looked for in SFP_MODELS, the cache, the project, beside the project, in this order", async (t) => {
  const everywhere = ["models/m", "project/.cache/models/m", "project/data/models/m", "shared/models/m"];
  const sources = ["SFP_MODELS", "cache", "project", "shared"];
  const {root, elsewhere} = await setUp(t, ...everywhere);
  for (const [i, source] of sources.entries()) {
    assert.deepEqual(await findModel("m", elsewhere), {
      id: "m",
      folder: join(root, everywhere[i]),
      weights: "model.safetensors",
      source
    });
    await rm(join(root, everywhere[i]), {recursive: true});
  }
  await assert.rejects(
    findModel("m", elsewhere),
    /no model is called "m"; known are clip-vit-b-16, .*, or give a folder/
  );
});

test("downloads go to SFP_MODELS, else to the project's cache", () => {
  assert.equal(cacheFolder({project: "/p", environment: {}}), "/p/.cache/models");
  assert.equal(cacheFolder({project: "/p", environment: {SFP_MODELS: "/m"}}), "/m");
});

test("a path is taken as it is, and what is wrong with it is said", async (t) => {
  const {root, places} = await setUp(t, "own");
  const folder = join(root, "own");
  assert.deepEqual(await findModel(folder, places), {id: "own", folder, weights: "model.safetensors", source: "path"});
  assert.deepEqual(await findModel(`${folder}/`, places), {
    id: "own",
    folder,
    weights: "model.safetensors",
    source: "path"
  });
  await assert.rejects(findModel(join(root, "none"), places), /none: no such folder/);
  await assert.rejects(findModel(root, places), /has no model\.safetensors/);
  await assert.rejects(findModel(join(folder, "model.safetensors"), places), /a model is a folder .* this is a file/);
});

test("a known model that is not here comes with the command that fetches it", async (t) => {
  const {places} = await setUp(t);
  await assert.rejects(
    findModel("clip-vit-b-16", places),
    /is not here: run `npm run sfp -- models get clip-vit-b-16`/
  );
  await assert.rejects(findModel("mini", places), /mini is not here: data\/models\/mini has no model\.safetensors/);
});

test("a folder without its weights is no model: the download is not finished", async (t) => {
  const {root, elsewhere} = await setUp(t);
  await mkdir(join(root, "models/clip-vit-b-16"), {recursive: true});
  await writeFile(join(root, "models/clip-vit-b-16/model.safetensors.part"), "half");
  await assert.rejects(findModel("clip-vit-b-16", elsewhere), /models get clip-vit-b-16/);
});

test("the list has the table's models in its order, then others that lie there", async (t) => {
  const {elsewhere} = await setUp(t, "models/mine", "models/clip-vit-b-32");
  const models = await listModels(elsewhere);
  assert.deepEqual(
    models.map(({id}) => id),
    [...modelCatalog.map(({id}) => id), "mine"]
  );
  assert.deepEqual(
    models.filter(({found}) => found).map(({id}) => id),
    ["clip-vit-b-32", "mine"]
  );
});

test("the table of models is whole: weights last, hashes and commits as they are written", () => {
  for (const {id, files, revisions, repository} of modelCatalog) {
    if (repository === undefined) continue;
    // Where no files are named, the hub is asked which there are.
    if (files) assert.equal(files.at(-1)?.path, "model.safetensors", id);
    assert.ok(revisions?.length, id);
    for (const {sha256} of files ?? []) if (sha256 !== undefined) assert.match(sha256, /^[0-9a-f]{64}$/);
  }
});
