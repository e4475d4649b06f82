// Weights that a site leaves on another host: what a build writes, and how the page reads one file part by part.
import assert from "node:assert/strict";
import {execFile} from "node:child_process";
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test, type TestContext} from "node:test";
import {promisify} from "node:util";
import {RemoteWeightsError, type ModelEntry} from "../../components/live/catalog.js";
import {failureOf} from "../../components/live/failure.js";
import {writeLock} from "../../data/hub/lock.js";
import {modelFiles, modelHosts, remoteWeights} from "../../data/site/shipped.js";
import {finishSite} from "../../scripts/site/finish.js";
import {listen, sendBytes, sha256, type Trouble} from "../support/hub-server.js";
import {download, entry, stored, weights} from "../support/weights-host.js";
import {fakeStorage} from "../support/weights-storage.js";

/** Another host with the whole file. */
async function elsewhere(t: TestContext) {
  const host: {ranges: string[]; trouble?: Trouble; model: ModelEntry} = {ranges: [], model: entry};
  const {url, close} = await listen((request, response) => {
    host.ranges.push(request.headers.range ?? "all");
    if (!host.trouble?.(request, response, host.ranges.length)) sendBytes(weights, request, response);
  });
  t.after(close);
  host.model = {...entry, remote: `${url}/owner/name/resolve/main/model.safetensors`};
  return host;
}

const allowed = {mayAsk: true};

test("another host is asked only when the reader agreed, and only for what is not there", async (t) => {
  const files = fakeStorage();
  const {ranges, model} = await elsewhere(t);
  const refused: unknown = await download(model).catch((error: unknown) => error);
  assert.ok(refused instanceof RemoteWeightsError);
  const {kind, message} = failureOf(refused);
  assert.equal(kind, "remote");
  assert.match(message, /weights of tiny \(0\.3 MB\) are not on this site but on 127\.0\.0\.1:\d+\./);
  assert.deepEqual([ranges, files.size], [[], 0]);

  await download(model, allowed);
  assert.deepEqual(ranges, ["all"], "one file, one request");
  // Nothing has to be asked, so nobody is.
  await download(model);
  assert.deepEqual(ranges, ["all"]);
});

test("one file goes on where it stopped, with and without ranges", async (t) => {
  for (const knowsRanges of [true, false]) {
    fakeStorage().set(stored, {bytes: weights.subarray(0, 250_000)});
    const {model, ...host} = await elsewhere(t);
    const all = host.ranges;
    if (!knowsRanges) {
      const deaf = await listen((request, response) => {
        all.push(request.headers.range ?? "all");
        response.end(weights);
      });
      t.after(deaf.close);
      model.remote = `${deaf.url}/model.safetensors`;
    }
    await download(model, allowed);
    assert.deepEqual(all, ["bytes=250000-"]);
  }
});

test("a damaged part of the file is asked for again, from its start; twice is an error", async (t) => {
  const damaged = Buffer.from(weights).fill(7, 150_000, 150_010);
  fakeStorage();
  const once = await elsewhere(t);
  once.trouble = (request, response, count) => {
    if (count === 1) sendBytes(damaged, request, response);
    return count === 1;
  };
  await download(once.model, allowed);
  assert.deepEqual(once.ranges, ["all", "bytes=100000-"]);

  fakeStorage();
  const always = await elsewhere(t);
  always.trouble = (request, response) => {
    sendBytes(damaged, request, response);
    return true;
  };
  await assert.rejects(download(always.model, allowed), /arrived damaged twice/);
});

test("a host that refuses, is not there, or cannot be checked is named", async (t) => {
  fakeStorage();
  const host = await elsewhere(t);
  host.trouble = (_, response) => {
    response.writeHead(404).end();
    return true;
  };
  await assert.rejects(
    download(host.model, allowed),
    /^Error: 127\.0\.0\.1:\d+ does not give the weights of tiny \(404\)/
  );
  const nowhere = {...entry, remote: "http://127.0.0.1:1/model.safetensors"};
  await assert.rejects(download(nowhere, allowed), /no connection to 127\.0\.0\.1:1\./);

  Object.defineProperty(crypto, "subtle", {value: undefined, configurable: true});
  t.after(() => Reflect.deleteProperty(crypto, "subtle"));
  await assert.rejects(download(host.model, allowed), /has to be checked.*https only/);
});

const commit = "0123456789abcdef0123456789abcdef01234567";

/** A models folder with a model that was fetched from some hub. */
async function fetched(t: TestContext, endpoint: string): Promise<string> {
  const models = mkdtempSync(join(tmpdir(), "sfp-remote-"));
  t.after(() => rmSync(models, {recursive: true}));
  const folder = join(models, "fetched");
  mkdirSync(folder);
  writeFileSync(join(folder, "model.safetensors"), weights);
  writeFileSync(join(folder, "tokenizer.json"), "{}");
  await writeLock(folder, {
    id: "fetched",
    repository: "owner/name",
    revision: "main",
    commit,
    endpoint,
    files: {"model.safetensors": {size: weights.length, sha256: sha256(weights)}}
  });
  const before = {SFP_MODELS: process.env.SFP_MODELS, MODELS: process.env.MODELS};
  Object.assign(process.env, {SFP_MODELS: models, MODELS: "fetched@hub"});
  t.after(() => {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  });
  return folder;
}

test("a build points to the commit that was fetched, allows its host, and keeps the small files", async (t) => {
  const folder = await fetched(t, "https://mirror.example:8443");
  const address = `https://mirror.example:8443/owner/name/resolve/${commit}/model.safetensors`;
  assert.deepEqual(await remoteWeights("fetched"), {address, sha256: sha256(weights)});
  assert.deepEqual(await modelHosts(), ["https://mirror.example:8443"]);
  assert.deepEqual(await modelFiles({id: "fetched", remote: true}), ["config.json", "tokenizer.json"]);

  const index = async () => {
    const {stdout} = await promisify(execFile)(process.execPath, ["--import", "tsx", "data/models/index.json.ts"]);
    return JSON.parse(stdout) as ModelEntry[];
  };
  const listed = (await index()).find(({id}) => id === "fetched")!;
  assert.deepEqual([listed.remote, listed.hash, listed.tokenizer], [address, sha256(weights), true]);
  writeFileSync(join(folder, "model.safetensors"), weights.subarray(1));
  await assert.rejects(index(), /is not as it was fetched: run `npm run sfp -- models get fetched` again/);
  rmSync(join(folder, "models.lock.json"));
  await assert.rejects(remoteWeights("fetched"), /no record of a download.*models get fetched` once/);
});

test("the public hub sends its readers on, so its storage is allowed too; without such models nobody is", async (t) => {
  await fetched(t, "https://huggingface.co");
  assert.deepEqual(await modelHosts(), ["https://huggingface.co", "https://*.hf.co", "https://*.huggingface.co"]);
  process.env.MODELS = "fetched";
  assert.deepEqual(await modelHosts(), []);
});

test("only the Live page and its workers may ask the host, and only in such a build", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "sfp-site-"));
  t.after(() => rmSync(folder, {recursive: true}));
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  for (const hosts of [["https://huggingface.co", "https://*.hf.co"], []]) {
    for (const page of ["index", "live"])
      writeFileSync(join(folder, `${page}.html`), '<meta charset="utf-8"><title>x</title>');
    finishSite(folder, {hosts});
    const connect = ["'self' data: blob:", ...hosts].join(" ");
    assert.ok(read("live.html").includes(`connect-src ${connect};`));
    assert.ok(read("index.html").includes("connect-src 'self' data: blob:;"));
    assert.ok(read("_headers").includes(`connect-src ${connect};`));
    assert.ok(read("isolate.js").includes(`const modelHosts = "${hosts.join(" ")}";`));
  }
});
