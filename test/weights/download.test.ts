// How the page's worker reads weights in parts: from hosts that misbehave, and from what earlier visits left.
import assert from "node:assert/strict";
import {test} from "node:test";
import {downloadModel} from "../../components/live/worker/download.js";
import {sendBytes} from "../support/hub-server.js";
import {download, entry, length, name, parts, site, stored, weights} from "../support/weights-host.js";
import {fakeStorage} from "../support/weights-storage.js";

test("parts fill one buffer, progress is over the whole, and the next visit asks for nothing", async (t) => {
  const files = fakeStorage();
  const {requests} = await site(t);
  const {steps} = await download();
  assert.deepEqual(requests, [1, 2, 3, 4].map(name));
  assert.ok(steps.every(({bytes, total}, i) => total === weights.length && bytes >= (steps[i - 1]?.bytes ?? 0)));
  assert.equal(steps.at(-1)?.bytes, weights.length);
  assert.ok(files.get(stored)?.bytes.equals(weights));
  requests.length = 0;
  const again = await download();
  assert.deepEqual(
    [requests, again.steps.at(-1)],
    [[], {bytes: weights.length, total: weights.length, from: "storage"}]
  );
});

test("without a storage every part is fetched, and nothing else changes", async (t) => {
  const {requests} = await site(t);
  Object.defineProperty(navigator, "storage", {value: undefined, configurable: true});
  await download();
  assert.deepEqual(requests, [1, 2, 3, 4].map(name));
});

test("after an interruption the download goes on within a part, and between two", async (t) => {
  for (const [there, wanted] of [
    [230_000, [`${name(3)} bytes=30000-`, name(4)]],
    [200_000, [name(3), name(4)]],
    [340_000, [`${name(4)} bytes=40000-`]]
  ] as const) {
    fakeStorage().set(stored, {bytes: weights.subarray(0, there)});
    const {requests} = await site(t);
    const {steps} = await download();
    assert.deepEqual(requests, wanted);
    assert.ok(steps.filter(({from}) => from === "network").every(({bytes}) => bytes > there));
  }
});

test("a connection that breaks within a part: what came is kept", async (t) => {
  const files = fakeStorage();
  const host = await site(t);
  host.trouble = (part, _, response) => {
    if (part !== 3) return false;
    response.writeHead(200, {"content-length": length});
    response.write(parts[2].subarray(0, 60_000), () => setTimeout(() => response.destroy(), 50));
    return true;
  };
  await assert.rejects(download(), /broke off\. What arrived is kept; try again/);
  assert.ok(files.get(stored)?.bytes.equals(weights.subarray(0, 260_000)));
  host.trouble = undefined;
  host.requests.length = 0;
  await download();
  assert.deepEqual(host.requests, [`${name(3)} bytes=60000-`, name(4)]);
});

test("a damaged part is fetched again, and it alone", async (t) => {
  fakeStorage();
  const host = await site(t);
  let damaged = 0;
  host.trouble = (part, request, response) => {
    if (part !== 2 || damaged++) return false;
    sendBytes(Buffer.from(parts[1]).fill(7, 500, 600), request, response);
    return true;
  };
  await download();
  assert.deepEqual(host.requests, [1, 2, 2, 3, 4].map(name));
});

test("a part that stays damaged, or is shorter than it should be, ends in words", async (t) => {
  for (const wrong of [Buffer.from(parts[1]).fill(7, 500, 600), parts[1].subarray(0, 1000)]) {
    fakeStorage();
    const host = await site(t);
    host.trouble = (part, request, response) => {
      if (part === 2) sendBytes(wrong, request, response);
      return part === 2;
    };
    await assert.rejects(download(), /tiny arrived damaged twice.*reload the page/);
    assert.deepEqual(host.requests, [1, 2, 2].map(name));
  }
});

test("a stored part that is damaged is replaced without the others", async (t) => {
  for (const there of [weights.length, 270_000]) {
    const damaged = Buffer.from(weights.subarray(0, there)).fill(7, 120_000, 120_100);
    const files = fakeStorage();
    files.set(stored, {bytes: damaged});
    const {requests} = await site(t);
    const {steps} = await download();
    const rest = there === weights.length ? [] : [`${name(3)} bytes=70000-`, name(4)];
    assert.deepEqual(requests, [name(2), ...rest]);
    assert.ok(files.get(stored)?.bytes.equals(weights));
    assert.equal(steps.at(-1)?.bytes, weights.length);
  }
});

test("half a part that was stored wrong is given up for the whole one", async (t) => {
  fakeStorage().set(stored, {bytes: Buffer.from(weights.subarray(0, 150_000)).fill(7, 120_000)});
  const {requests} = await site(t);
  await download();
  assert.deepEqual(requests, [`${name(2)} bytes=50000-`, name(2), name(3), name(4)]);
});

test("a stored file that is longer than the model counts as none", async (t) => {
  const files = fakeStorage();
  files.set(stored, {bytes: Buffer.concat([weights, weights])});
  const {requests} = await site(t);
  await download();
  assert.deepEqual(requests, [1, 2, 3, 4].map(name));
  assert.ok(files.get(stored)?.bytes.equals(weights));
});

test("hosts that ignore ranges, and hosts that have no more", async (t) => {
  fakeStorage().set(stored, {bytes: weights.subarray(0, 150_000)});
  const host = await site(t);
  host.trouble = (part, _, response) => {
    response.end(parts[part - 1]);
    return true;
  };
  const {steps} = await download();
  assert.ok(steps.filter(({from}) => from === "network").every(({bytes}) => bytes > 150_000));
  assert.deepEqual(host.requests, [`${name(2)} bytes=50000-`, name(3), name(4)]);

  fakeStorage().set(stored, {bytes: weights.subarray(0, 150_000)});
  const other = await site(t);
  other.trouble = (_, request, response) => {
    if (!request.headers.range) return false;
    response.writeHead(416).end();
    return true;
  };
  await download();
  assert.deepEqual(other.requests, [`${name(2)} bytes=50000-`, name(2), name(3), name(4)]);
});

test("a part that is not there, and a host that is not there, are told apart", async (t) => {
  fakeStorage();
  const host = await site(t);
  host.trouble = (part, _, response) => {
    if (part === 3) response.writeHead(404).end("no such file");
    return part === 3;
  };
  await assert.rejects(download(), /data\/models\/tiny\/weights-3\.bin is not in this site \(404\)/);
  host.trouble = (part, _, response) => {
    if (part === 3) response.destroy();
    return part === 3;
  };
  await assert.rejects(download(), /no connection to this site/);
  host.trouble = undefined;
  host.requests.length = 0;
  await download();
  assert.deepEqual(host.requests, [name(3), name(4)]);
});

test("a storage without room is told once, and the model comes all the same", async (t) => {
  const files = fakeStorage({room: 150_000});
  await site(t);
  const {notes} = await download();
  assert.equal(notes.length, 1);
  assert.match(notes[0], /storage for this site is full\. The model is used all the same/);
  assert.equal(files.size, 0);
});

test("an aborted download stops with the reason of its signal", async (t) => {
  fakeStorage();
  const host = await site(t);
  const abort = new AbortController();
  host.trouble = (part) => {
    if (part === 2) abort.abort(new Error("enough"));
    return part === 2;
  };
  await assert.rejects(downloadModel(entry, {signal: abort.signal}), /enough/);
  assert.equal(host.requests.length, 2);
});
