import assert from "node:assert/strict";
import {createHash, randomBytes} from "node:crypto";
import {existsSync} from "node:fs";
import {mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {type TestContext, test} from "node:test";
import {type DownloadEntry} from "../../data/hub/catalog.js";
import type {GetOptions, HubProgress} from "../../data/hub/get.js";
import {getModel, HubError} from "../../data/hub/index.js";
import {commit, type Hub, listen, sendBytes, sha256, startHub} from "../support/hub-server.js";

const weights = randomBytes(300_000);
const config = Buffer.from('{"vision_config": {}}\n');
const entry: DownloadEntry = {
  id: "test-model",
  title: "Test",
  text: "clip",
  repository: "owner/name",
  revisions: ["main"],
  files: [{path: "config.json"}, {path: "model.safetensors"}],
  megabytes: 1
};

interface Setting {
  hub: Hub;
  folder: string;
  get: (options?: Partial<GetOptions>) => ReturnType<typeof getModel>;
}

async function setUp(t: TestContext, revisions?: string[]): Promise<Setting> {
  const root = await mkdtemp(join(tmpdir(), "sfp-hub-"));
  const hub = await startHub(
    {"config.json": {body: config}, "model.safetensors": {body: weights, large: true}},
    revisions
  );
  t.after(async () => {
    await hub.close();
    await rm(root, {recursive: true});
  });
  const environment = {SFP_MODELS: root};
  const get: Setting["get"] = (options) =>
    getModel(entry.id, {entry, endpoint: hub.url, environment, pause: 1, stallAfter: 300, ...options});
  return {hub, folder: join(root, entry.id), get};
}

const bytesOf = (hub: Hub): string[] => hub.requests.filter((line) => line.startsWith("GET /model.safetensors"));

async function isGood(folder: string): Promise<void> {
  assert.deepEqual(await readFile(join(folder, "model.safetensors")), weights);
  assert.deepEqual(await readFile(join(folder, "config.json")), config);
  assert.deepEqual((await readdir(folder)).toSorted(), ["config.json", "model.safetensors", "models.lock.json"]);
}

async function failsWith(promise: Promise<unknown>, code: string, message: RegExp): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof HubError, String(error));
    assert.match(error.message, message);
    assert.equal(error.code, code);
    return true;
  });
}

test("fetches, verifies, records, and does not fetch again", async (t) => {
  const {hub, folder, get} = await setUp(t);
  const seen: HubProgress[] = [];
  const got = await get({onProgress: (progress) => seen.push(progress)});
  await isGood(folder);
  assert.deepEqual(got.fetched, ["config.json", "model.safetensors"]);
  assert.equal(got.lock.commit, commit);
  assert.deepEqual(got.lock.files["model.safetensors"], {size: weights.length, sha256: sha256(weights)});
  assert.deepEqual(JSON.parse(await readFile(join(folder, "models.lock.json"), "utf8")), got.lock);
  assert.equal(seen.at(-1)?.received, weights.length + config.length);
  assert.equal(seen.at(-1)?.total, weights.length + config.length);
  assert.ok(hub.requests.includes(`GET /owner/name/resolve/${commit}/model.safetensors`), "the commit, not the branch");
  const before = hub.requests.length;
  assert.deepEqual((await get()).fetched, []);
  assert.equal(hub.requests.length, before, "nothing was asked for");
});

test("a copy that was changed, shortened or lost is fetched again, and only that", async (t) => {
  const {folder, get} = await setUp(t);
  await get();
  const path = join(folder, "model.safetensors");
  await writeFile(path, Buffer.concat([weights.subarray(1), Buffer.alloc(1)]));
  assert.deepEqual((await get()).fetched, ["model.safetensors"]);
  await truncate(path, 10);
  assert.deepEqual((await get()).fetched, ["model.safetensors"]);
  await rm(path);
  assert.deepEqual((await get()).fetched, ["model.safetensors"]);
  await isGood(folder);
});

test("files without a record are adopted when they are the hub's", async (t) => {
  const {folder, hub, get} = await setUp(t);
  await get();
  await rm(join(folder, "models.lock.json"));
  const before = bytesOf(hub).length;
  assert.deepEqual((await get()).fetched, []);
  assert.equal(bytesOf(hub).length, before);
  await isGood(folder);
});

test("a connection that breaks again and again is resumed where it broke", async (t) => {
  const {hub, folder, get} = await setUp(t);
  hub.onBytes = (request, response) => {
    if (!request.url?.includes("safetensors")) return false;
    const from = Number(/\d+/.exec(request.headers.range ?? "0")?.[0]);
    response.writeHead(from ? 206 : 200, {
      "content-length": weights.length - from,
      ...(from && {"content-range": `bytes ${from}-${weights.length - 1}/${weights.length}`})
    });
    if (weights.length - from <= 40_000) return response.end(weights.subarray(from)) !== undefined;
    response.write(weights.subarray(from, from + 40_000), () => setTimeout(() => response.destroy(), 20));
    return true;
  };
  const retries: string[] = [];
  await get({onRetry: (error) => retries.push(error.code)});
  await isGood(folder);
  assert.ok(retries.length >= 6, `${retries.length} breaks: more than would be forgiven without any gain`);
  assert.deepEqual(new Set(retries), new Set(["truncated"]));
  assert.deepEqual(bytesOf(hub)[1], "GET /model.safetensors bytes=40000-");
});

test("an answer that ends early without an error is noticed", async (t) => {
  const {hub, folder, get} = await setUp(t);
  hub.onBytes = (_, response, count) => {
    if (count !== 2) return false;
    response.writeHead(200);
    response.end(weights.subarray(0, 1000));
    return true;
  };
  const retries: string[] = [];
  await get({onRetry: (error) => retries.push(error.message)});
  await isGood(folder);
  assert.match(retries[0], /stopped after 1000 of 300000 bytes/);
  assert.equal(bytesOf(hub)[1], "GET /model.safetensors bytes=1000-");
});

test("an interrupted download goes on in the next run, and is never taken for good", async (t) => {
  const {hub, folder, get} = await setUp(t);
  const abort = new AbortController();
  hub.onBytes = (request, response) => {
    if (!request.url?.includes("safetensors")) return false;
    response.writeHead(200, {"content-length": weights.length});
    response.write(weights.subarray(0, 100_000));
    return true;
  };
  const interrupted = get({
    signal: abort.signal,
    onProgress: ({received}) => received >= 100_000 && abort.abort(new Error("interrupted"))
  });
  await assert.rejects(interrupted, /interrupted/);
  assert.ok(!existsSync(join(folder, "model.safetensors")));
  assert.ok((await stat(join(folder, "model.safetensors.part"))).size >= 100_000);
  hub.onBytes = undefined;
  await get();
  await isGood(folder);
  assert.match(bytesOf(hub).at(-1) ?? "", /bytes=1\d{5}-$/);
});

test("a part of another version is not gone on with", async (t) => {
  const {hub, folder, get} = await setUp(t);
  await get();
  await rm(join(folder, "model.safetensors"));
  await writeFile(join(folder, "model.safetensors.part"), randomBytes(5000));
  await writeFile(join(folder, "model.safetensors.part.json"), '{"size": 1}');
  await get();
  await isGood(folder);
  assert.equal(bytesOf(hub).at(-1), "GET /model.safetensors");
});

test("a server that falls silent is left and asked again", async (t) => {
  const {hub, folder, get} = await setUp(t);
  hub.onBytes = (_, response, count) => {
    if (count !== 2) return false;
    response.writeHead(200, {"content-length": weights.length});
    response.write(weights.subarray(0, 2000));
    return true;
  };
  const retries: string[] = [];
  await get({onRetry: (error) => retries.push(error.code)});
  assert.deepEqual(retries, ["stalled"]);
  await isGood(folder);
});

test("a server that never answers is given up with its name", async (t) => {
  const {hub, get} = await setUp(t);
  hub.onAsk = () => true;
  await failsWith(get({attempts: 2, stallAfter: 50}), "stalled", /127\.0\.0\.1:\d+ has not answered for 0\.05 s/);
});

test("bytes that arrive damaged are thrown away and fetched once more", async (t) => {
  const {hub, folder, get} = await setUp(t);
  const damaged = Buffer.from(weights);
  damaged[1234] ^= 1;
  hub.onBytes = (request, response, count) => {
    if (count !== 2) return false;
    sendBytes(damaged, request, response);
    return true;
  };
  await get();
  await isGood(folder);
  assert.deepEqual(bytesOf(hub), ["GET /model.safetensors", "GET /model.safetensors"]);
});

test("a file that is damaged every time is not kept", async (t) => {
  const {hub, folder, get} = await setUp(t);
  hub.onBytes = (request, response) => {
    sendBytes(request.url?.includes("config") ? config : Buffer.alloc(weights.length), request, response);
    return true;
  };
  await failsWith(get(), "damaged", /arrived damaged twice: its SHA-256 is [0-9a-f]{64}, the hub states [0-9a-f]{64}/);
  assert.deepEqual(await readdir(folder), ["config.json", "model.safetensors.part.json"]);
});

test("small files are verified too", async (t) => {
  const {hub, get} = await setUp(t);
  hub.onBytes = (request, response) => {
    sendBytes(Buffer.from(config.toString().replace("{}", "[]")), request, response);
    return true;
  };
  await failsWith(get(), "damaged", /config\.json arrived damaged twice/);
});

test("a body longer or shorter than the file is not taken", async (t) => {
  const {hub, get} = await setUp(t);
  hub.onBytes = (request, response) => {
    if (request.url?.includes("config")) return false;
    sendBytes(Buffer.from("<html>Please log in to this network</html>"), request, response);
    return true;
  };
  await failsWith(get({attempts: 2}), "damaged", /is 300000 bytes long, but the server sends 42/);
  hub.onBytes = (_, response) => {
    response.write(Buffer.alloc(weights.length));
    response.end("more");
    return true;
  };
  await failsWith(get({attempts: 2}), "damaged", /but the server sends more/);
});

test("a server that refuses ranges makes it start over", async (t) => {
  const {hub, folder, get} = await setUp(t);
  hub.onBytes = (_, response, count) => {
    if (count < 2) return false;
    response.writeHead(200, {"content-length": weights.length});
    if (count > 2) return response.end(weights) !== undefined;
    response.write(weights.subarray(0, 50_000), () => setTimeout(() => response.destroy(), 20));
    return true;
  };
  await get();
  await isGood(folder);
  assert.equal(bytesOf(hub).length, 2);
});

test("a server that refuses ranges and breaks every time is given up", async (t) => {
  const {hub, get} = await setUp(t);
  hub.onBytes = (request, response) => {
    if (request.url?.includes("config")) return false;
    response.writeHead(200, {"content-length": weights.length});
    response.write(weights.subarray(0, 50_000), () => setTimeout(() => response.destroy(), 5));
    return true;
  };
  await failsWith(get({attempts: 3}), "truncated", /broke after \d+ of 300000 bytes/);
});

test("416 and a wrong range make it start over", async (t) => {
  for (const wrong of [
    {status: 416, headers: {}},
    {status: 206, headers: {"content-range": "bytes 7-99/100"}}
  ]) {
    const {hub, folder, get} = await setUp(t);
    hub.onBytes = (_, response, count) => {
      if (count === 2) {
        response.writeHead(200, {"content-length": weights.length});
        response.write(weights.subarray(0, 50_000), () => setTimeout(() => response.destroy(), 20));
      } else if (count === 3) {
        response.writeHead(wrong.status, wrong.headers);
        response.end();
      }
      return count === 2 || count === 3;
    };
    await get();
    await isGood(folder);
    assert.equal(bytesOf(hub).at(-1), "GET /model.safetensors");
  }
});

test("429 and 503 are waited for, as long as the server asks", async (t) => {
  const {hub, folder, get} = await setUp(t);
  hub.onAsk = (_, response, count) => {
    if (count === 1) response.writeHead(429, {"retry-after": "1"}).end();
    if (count === 2) response.writeHead(503, {"retry-after": new Date(Date.now() - 5000).toUTCString()}).end();
    return count <= 2;
  };
  hub.onBytes = (_, response, count) => count === 2 && response.writeHead(503).end() !== undefined;
  const waits: number[] = [];
  await get({onRetry: (_, seconds) => waits.push(seconds)});
  await isGood(folder);
  assert.deepEqual([waits.length, waits[0]], [3, 1]);
});

test("a server that stays busy, or asks for too long a wait, is given up", async (t) => {
  const {hub, get} = await setUp(t);
  hub.onAsk = (_, response) => response.writeHead(503).end() !== undefined;
  await failsWith(get({attempts: 3}), "busy", /is out of order \(503\): try again later/);
  assert.equal(hub.requests.length, 3);
  hub.onAsk = (_, response) => response.writeHead(429, {"retry-after": "3600"}).end() !== undefined;
  await failsWith(get(), "busy", /limits requests \(429\): try again later, or set HF_TOKEN/);
  assert.equal(hub.requests.length, 4);
});

test("what the hub does not have, or does not give, is said plainly", async (t) => {
  const {hub, get} = await setUp(t);
  await failsWith(get({revision: "v9"}), "not-found", /owner\/name has no revision "v9"/);
  await failsWith(
    get({entry: {...entry, files: [{path: "none.bin"}]}}),
    "not-found",
    /has no none\.bin at revision "main"/
  );
  await failsWith(
    get({entry: {...entry, repository: "owner/other"}}),
    "not-found",
    /has no owner\/other\/model\.safetensors \(404\)/
  );
  for (const status of [401, 403]) {
    hub.onAsk = (_, response) => response.writeHead(status).end() !== undefined;
    await failsWith(get(), "denied", /gated, private or does not exist.*HF_TOKEN/);
  }
});

test("revisions are tried in order, and a given one is the only one", async (t) => {
  const {hub, get} = await setUp(t, ["refs/pr/17", commit]);
  const got = await get({entry: {...entry, revisions: ["gone", "refs/pr/17", "main"]}});
  assert.equal(got.lock.revision, "refs/pr/17");
  assert.ok(hub.requests.includes("HEAD /owner/name/resolve/refs%2Fpr%2F17/model.safetensors"));
  await failsWith(get({revision: "main"}), "not-found", /no revision "main"/);
});

test("another file under a known name is refused, unless a revision is asked for", async (t) => {
  const {folder, get} = await setUp(t);
  const known = {...entry, files: [{path: "config.json"}, {path: "model.safetensors", sha256: "0".repeat(64)}]};
  await failsWith(get({entry: known}), "changed", /not the file that this project knows.*--revision main/);
  assert.ok(!existsSync(join(folder, "model.safetensors")));
  await get({entry: known, revision: "main"});
  await isGood(folder);
});

test("redirects are followed, relative ones too, and a token stays with the hub", async (t) => {
  const {hub, folder, get} = await setUp(t);
  hub.onAsk = (request, response) => {
    if (!request.url?.startsWith("/old/name/")) return false;
    response.writeHead(307, {location: request.url.replace("/old/", "/owner/")}).end();
    return true;
  };
  const environment = {SFP_MODELS: join(folder, ".."), HF_TOKEN: "secret"};
  await get({entry: {...entry, repository: "old/name"}, environment});
  await isGood(folder);
  assert.ok(hub.requests.some((line) => line.startsWith("HEAD /old/name")));
  assert.deepEqual(new Set(hub.tokens.hub), new Set(["Bearer secret"]));
  assert.deepEqual(new Set(hub.tokens.storage), new Set([undefined]));
});

test("redirects in circles end", async (t) => {
  const {hub, get} = await setUp(t);
  hub.onAsk = (request, response) => response.writeHead(302, {location: request.url}).end() !== undefined;
  await failsWith(get(), "failed", /redirects in circles/);
});

test("a page that answers everything is no hub", async (t) => {
  const {get} = await setUp(t);
  const page = await listen((_, response) => response.end("<html>Welcome</html>"));
  t.after(page.close);
  await failsWith(get({endpoint: page.url}), "failed", /does not state the size and hash.*something between answers/);
});

test("offline, the ways around it are named", async (t) => {
  const {folder, get, hub} = await setUp(t);
  const environment = {SFP_MODELS: join(folder, ".."), HF_ENDPOINT: "http://127.0.0.1:9"};
  const ways =
    /cannot reach http:\/\/127\.0\.0\.1:9 \(E\w+\)\. Without a network, copy config\.json, model\.safetensors from .*HTTPS_PROXY.*HF_ENDPOINT/;
  await failsWith(get({endpoint: undefined, environment}), "offline", ways);
  await failsWith(get({environment: {...environment, HF_HUB_OFFLINE: "1"}}), "offline", /HF_HUB_OFFLINE is set/);
  await failsWith(get({endpoint: "https://no-such-host.invalid"}), "offline", /ENOTFOUND|EAI_AGAIN/);
  await failsWith(get({endpoint: "hub.example"}), "failed", /no http or https address/);
  assert.deepEqual(hub.requests, []);
  assert.ok(!existsSync(folder), "no empty folder is left");
});

test("a full disk is said, and what came is kept", {skip: !existsSync("/dev/full") && "no /dev/full"}, async (t) => {
  const {folder, get} = await setUp(t);
  await get();
  await rm(join(folder, "model.safetensors"));
  const identity = {repository: "owner/name", path: "model.safetensors", size: weights.length};
  const label = JSON.stringify({...identity, content: {kind: "sha256", hex: sha256(weights)}});
  await writeFile(join(folder, "model.safetensors.part.json"), label);
  await symlink("/dev/full", join(folder, "model.safetensors.part"));
  await failsWith(get(), "disk-full", /model\.safetensors\.part: the disk is full\. What has come is kept/);
});

test("two downloads of one model do not write into each other", async (t) => {
  const {hub, folder, get} = await setUp(t);
  // The first gets no answer until the second was refused; it asks again after that.
  const begun = new Promise<void>((resolve) => {
    hub.onAsk = () => {
      resolve();
      return true;
    };
  });
  const first = get();
  await begun;
  await assert.rejects(get(), /is being fetched already/);
  hub.onAsk = undefined;
  await first;
  await isGood(folder);
  await writeFile(join(folder, "download.pid"), "1");
  await failsWith(get(), "in-use", /process 1 is fetching this model already/);
  await writeFile(join(folder, "download.pid"), "999999999");
  await get();
  await isGood(folder);
});

test("a small file that came damaged is told by git's id", async (t) => {
  const {hub, folder, get} = await setUp(t);
  let damaged = 0;
  hub.onBytes = (request, response) => {
    if (!request.url?.includes("config.json") || damaged++ > 0) return false;
    response.end(Buffer.concat([config.subarray(1), Buffer.from(" ")]));
    return true;
  };
  await get();
  assert.equal(damaged, 2, "fetched once more");
  await isGood(folder);
  // Damaged each time, it is refused by name and nothing takes its place.
  hub.onBytes = (request, response) => {
    if (!request.url?.includes("config.json")) return false;
    response.end(Buffer.concat([config.subarray(1), Buffer.from(" ")]));
    return true;
  };
  await rm(join(folder, "config.json"));
  await failsWith(get(), "damaged", /config\.json arrived damaged twice/);
  assert.ok(!existsSync(join(folder, "config.json")));
});

test("a mirror may name small files by the SHA-1 of their bytes", async (t) => {
  const {hub, folder, get} = await setUp(t);
  hub.onAsk = (request, response) => {
    if (!request.url?.includes("config.json")) return false;
    response.setHeader("x-repo-commit", commit);
    response.setHeader("etag", `"${createHash("sha1").update(config).digest("hex")}"`);
    sendBytes(config, request, response);
    return true;
  };
  await get();
  await isGood(folder);
});

test("a repository that is gone or refuses leads to the other one with the same weights", async (t) => {
  const {folder, get} = await setUp(t);
  const got = await get({entry: {...entry, repository: "gone/name", copy: "owner/name"}});
  assert.equal(got.lock.repository, "owner/name");
  await isGood(folder);
  await failsWith(
    get({entry: {...entry, repository: "gone/name", copy: "gone/too"}, revision: "main"}),
    "not-found",
    /gone\/name/
  );
  await rm(folder, {recursive: true});
  await failsWith(
    get({entry: {...entry, repository: "gone/name", copy: "gone/too"}}),
    "not-found",
    /gone\/name.*nor from gone\/too/
  );
});
