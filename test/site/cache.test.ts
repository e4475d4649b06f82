import assert from "node:assert/strict";
import {test} from "node:test";
import {Cache, perOwner, proceed} from "../../components/site/cache.js";

test("each key is asked for once, and what came is there at once", async () => {
  let asked = 0;
  const cache = new Cache(async (key) => `${key} ${(asked += 1)}`);
  assert.equal(cache.peek("a"), undefined);
  const [first, second] = [cache.get("a"), cache.get("a")];
  assert.equal(first, second);
  assert.equal(cache.peek("a"), undefined, "not yet");
  assert.equal(await first, "a 1");
  assert.equal(cache.peek("a"), "a 1");
  assert.equal(cache.get("a"), "a 1", "no promise any more");
});

test("a failure is forgotten", async () => {
  let asked = 0;
  const cache = new Cache(async () => {
    if ((asked += 1) === 1) throw new Error("connection failed");
    return asked;
  });
  await assert.rejects(async () => cache.get("a"), /connection failed/);
  assert.equal(await cache.get("a"), 2);
  const thrower = new Cache(() => {
    throw new Error("at once");
  });
  for (const _ of [1, 2]) assert.throws(() => thrower.get("a"), /at once/);
});

test("of more than it keeps, the one wanted longest ago goes", () => {
  const asked: string[] = [];
  const cache = new Cache((key) => asked.push(key), 2);
  for (const key of ["a", "b", "a", "c", "a", "b"]) void cache.get(key);
  assert.deepEqual(asked, ["a", "b", "c", "b"]);
});

test("a late answer never takes the place of one that was put there", async () => {
  let answer: (value: string) => void = () => {};
  const cache = new Cache<string>(() => new Promise((resolve) => (answer = resolve)));
  const asked = cache.get("a");
  cache.put("a", "here");
  answer("late");
  assert.equal(await asked, "late");
  assert.equal(cache.peek("a"), "here");
});

test("work goes on at once with an answer that is there", async () => {
  assert.equal(
    proceed(2, (value) => value + 1),
    3
  );
  assert.equal(await proceed(Promise.resolve(2), (value) => value + 1), 3);
});

test("an owner's thing is made once", () => {
  const of = perOwner(() => ({}));
  const [a, b] = [{}, {}];
  assert.equal(of(a), of(a));
  assert.notEqual(of(a), of(b));
});
