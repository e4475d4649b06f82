import assert from "node:assert/strict";
import {setTimeout as wait} from "node:timers/promises";
import {test} from "node:test";
import {ahead} from "../../data/files/ahead.js";

test("items come in their order, and no more are loading than the depth and the one that is waited for", async () => {
  let [loading, most] = [0, 0];
  const load = async (item: number) => {
    most = Math.max(most, ++loading);
    await wait(item % 2 ? 1 : 4);
    --loading;
    return 10 * item;
  };
  const seen: number[] = [];
  for await (const [item, loaded] of ahead([1, 2, 3, 4, 5], load, 2)) {
    assert.equal(loaded, 10 * item);
    seen.push(item);
  }
  assert.deepEqual(seen, [1, 2, 3, 4, 5]);
  assert.equal(most, 3);
});

test("a failure comes in its turn, and what is still loading then is waited for", async () => {
  const ended: number[] = [];
  const load = async (item: number) => {
    await wait(5);
    ended.push(item);
    if (item === 2) throw new Error("no second one");
    return item;
  };
  const seen: number[] = [];
  const through = async () => {
    for await (const [item] of ahead([1, 2, 3, 4], load, 2)) seen.push(item);
  };
  await assert.rejects(through(), /no second one/);
  assert.deepEqual(seen, [1]);
  assert.deepEqual(ended, [1, 2, 3, 4]);
});
