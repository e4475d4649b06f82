/** Models by OWNER/NAME: which files a repository has is found out, and what is fetched is recorded and kept. */
import assert from "node:assert/strict";
import {mkdtemp, readdir, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, test} from "node:test";
import {findModel} from "../../data/hub/folders.js";
import {getModel} from "../../data/hub/get.js";
import {repositoryWord} from "../../data/hub/repository.js";
import {commit, startHub, type HubFile} from "../support/hub-server.js";

const text = (value: unknown): HubFile => ({body: Buffer.from(JSON.stringify(value))});
const large = (length: number): HubFile => ({body: Buffer.alloc(length, length), large: true});

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, {recursive: true, force: true}))));

/** A hub with these files, and a cache of its own. */
async function placed(files: Record<string, HubFile>) {
  const hub = await startHub(files);
  const project = await mkdtemp(join(tmpdir(), "sfp-hub-"));
  folders.push(project);
  const environment = {HF_ENDPOINT: hub.url};
  return {hub, options: {project, environment, attempts: 1}};
}

const cases: [string, Record<string, HubFile>, string[]][] = [
  [
    "safetensors before PyTorch's file",
    {"config.json": text({}), "model.safetensors": large(300), "pytorch_model.bin": large(400)},
    ["config.json", "model.safetensors"]
  ],
  [
    "open_clip's file where timm's image tower lies beside it",
    {
      "config.json": text({}),
      "open_clip_config.json": text({}),
      "model.safetensors": large(300),
      "open_clip_model.safetensors": large(500)
    },
    ["config.json", "open_clip_config.json", "open_clip_model.safetensors"]
  ],
  [
    "transformers' file where its preprocessor lies beside it",
    {
      "config.json": text({}),
      "open_clip_config.json": text({}),
      "preprocessor_config.json": text({}),
      "tokenizer.json": text({}),
      "model.safetensors": large(300),
      "open_clip_model.safetensors": large(500)
    },
    ["config.json", "model.safetensors", "open_clip_config.json", "preprocessor_config.json", "tokenizer.json"]
  ],
  [
    "the merge table where there is no tokenizer.json, as in MetaCLIP's repository",
    {"config.json": text({}), "merges.txt": text({}), "pytorch_model.bin": large(300), "other_name.bin": large(301)},
    ["config.json", "merges.txt", "pytorch_model.bin"]
  ],
  [
    "no merge table beside a tokenizer.json",
    {"config.json": text({}), "merges.txt": text({}), "tokenizer.json": text({}), "model.safetensors": large(300)},
    ["config.json", "model.safetensors", "tokenizer.json"]
  ],
  [
    "shards with their index",
    {
      "config.json": text({}),
      "model.safetensors.index.json": text({
        weight_map: {a: "model-00001-of-00002.safetensors", b: "model-00002-of-00002.safetensors"}
      }),
      "model-00001-of-00002.safetensors": large(200),
      "model-00002-of-00002.safetensors": large(201)
    },
    [
      "config.json",
      "model-00001-of-00002.safetensors",
      "model-00002-of-00002.safetensors",
      "model.safetensors.index.json"
    ]
  ],
  [
    "PyTorch's file last",
    {"config.json": text({}), "pytorch_model.bin": large(300)},
    ["config.json", "pytorch_model.bin"]
  ]
];

for (const [name, files, expected] of cases)
  test(`a repository by name: ${name}`, async () => {
    const {hub, options} = await placed(files);
    try {
      const {folder, lock, id} = await getModel("owner/name", options);
      assert.equal(id, "owner--name");
      assert.deepEqual((await readdir(folder)).toSorted(), [...expected, "models.lock.json"].toSorted());
      assert.equal(lock.repository, "owner/name");
      assert.equal(lock.commit, commit);
      assert.deepEqual(Object.keys(lock.files).toSorted(), expected);
      assert.equal((await findModel("owner/name", options)).folder, folder);
      // A second time nothing is asked for.
      const asked = hub.requests.length;
      const again = await getModel("owner/name", options);
      assert.deepEqual(again.fetched, []);
      assert.equal(hub.requests.length, asked);
    } finally {
      await hub.close();
    }
  });

test("a revision, and what is not there", async () => {
  const {hub, options} = await placed({"config.json": text({}), "model.safetensors": large(300)});
  try {
    assert.equal((await getModel(`owner/name@${commit}`, options)).lock.revision, commit);
    await assert.rejects(
      getModel("owner/name@nowhere", {...options, project: `${options.project}-2`}),
      /has no revision "nowhere"/
    );
    await assert.rejects(getModel("nobody/nothing", options), /nobody\/nothing/);
    await assert.rejects(findModel("nobody/nothing", options), /models get nobody\/nothing/);
  } finally {
    await hub.close();
  }
});

test("a repository without weights, and a gated one", async () => {
  const {hub, options} = await placed({"config.json": text({})});
  try {
    await assert.rejects(getModel("owner/name", options), /no weights under a known name \(model\.safetensors/);
    hub.onAsk = (_, response) => {
      response.writeHead(401, {"x-error-code": "GatedRepo"});
      response.end();
      return true;
    };
    await assert.rejects(getModel("owner/name", options), /gated.*HF_TOKEN/s);
    assert.deepEqual(await readdir(join(options.project, ".cache")).catch(() => []), []);
  } finally {
    await hub.close();
  }
});

test("words that name a repository", () => {
  assert.deepEqual(repositoryWord("owner/name@refs/pr/3"), {repository: "owner/name", revision: "refs/pr/3"});
  assert.deepEqual(repositoryWord("a-b/c.d_e"), {repository: "a-b/c.d_e", revision: undefined});
  for (const word of ["name", "./a/b", "a/b/c", "../x", "/a/b"]) assert.equal(repositoryWord(word), undefined, word);
});
