// The second side of a split page: what is locked follows, what is freed stays, and both lie in one address.
import assert from "node:assert/strict";
import {test} from "node:test";
import {SelectionStore, withSide} from "../../components/site/selection.js";
import {patchOn, SideStore, type RecordShape} from "../../components/site/side.js";

/** Two sides of one address. */
function open(search = "?b=index", shapes: {first?: RecordShape; second?: RecordShape} = {}) {
  let kept = search;
  const address = {
    read: () => kept,
    write: (text: string) => {
      kept = text;
    }
  };
  const first = new SelectionStore(address);
  const second = new SideStore(first, address, shapes);
  return {first, second, address};
}

const twelve: RecordShape = {layers: 12, grid: [14, 14]};
const deep: RecordShape = {layers: 24, grid: [16, 16]};

test("what is locked follows the first side, and what is freed does not", () => {
  const {first, second} = open();
  first.set({layer: 7});
  assert.equal(second.value.layer, 7);
  second.free("layer", true);
  first.set({layer: 3, head: 2});
  assert.deepEqual([second.value.layer, second.value.head], [7, 2]);
  second.free("layer", false);
  assert.equal(second.value.layer, 3);
});

test("a change on the second side moves both where it is locked, and it alone where it is freed", () => {
  const {first, second, address} = open();
  second.set({layer: 4});
  assert.equal(first.value.layer, 4);
  second.free("layer", true);
  second.set({layer: 9, trunk: "purified"});
  assert.deepEqual([first.value.layer, first.value.trunk], [4, "purified"]);
  assert.deepEqual([second.value.layer, second.value.trunk], [9, "purified"]);
  assert.match(address.read(), /b\.layer=9/);
});

test("both sides come back from one address, and nothing is left of a side that is off", () => {
  const {first, second, address} = open();
  first.set({image: "rocket", layer: 8});
  for (const group of ["photo", "model", "options"] as const) second.free(group, true);
  second.set({image: "dogs", target: 5, model: "mini"});
  second.set({detectors: {som: {factor: 2}}});
  const again = open(address.read());
  assert.deepEqual(again.first.value, first.value);
  assert.deepEqual(again.second.value, second.value);
  assert.deepEqual([again.second.value.image, again.second.value.target], ["dogs", 5]);
  assert.equal(again.second.value.detectors.som.factor, 2);
  assert.equal(again.first.value.detectors.som.factor, 1);
  second.split(false);
  assert.equal(address.read(), "?image=rocket&layer=8");
  assert.deepEqual(second.value, first.value);
});

test("a freed model leaves the pins of the first side alone", () => {
  const {first, second} = open();
  first.set({target: 40});
  second.free("model", true);
  second.set({model: "mini"});
  assert.deepEqual([first.value.target, second.value.target], [40, 40]);
});

test("what is shown instead of what was asked for frees the second side and not the first", () => {
  const {first, second} = open();
  second.free("photo", true);
  second.settle({image: "dogs", model: "mini"});
  assert.deepEqual([second.value.model, second.freed("model")], ["mini", true]);
  assert.notEqual(first.value.model, "mini");
});

test("layers align by their number or by relative depth, and pins by their place on the photo", () => {
  const {first, second} = open("?b=index&layer=6", {first: twelve, second: deep});
  assert.equal(second.value.layer, 6);
  second.align("depth");
  assert.equal(second.value.layer, 12);
  second.set({layer: 24});
  assert.equal(first.value.layer, 12);
  first.set({layer: 1});
  assert.equal(second.value.layer, 2);
  first.set({target: 13});
  assert.equal(second.value.target, 15);
  assert.equal(patchOn(0, [14, 14], [16, 16]), 0);
  assert.equal(patchOn(14 * 7 + 7, [14, 14], [28, 28]), 28 * 15 + 15);
});

test("links carry the second side along", () => {
  assert.equal(withSide("?image=dogs", "?b=depth&b.layer=4&layer=3"), "?image=dogs&b=depth&b.layer=4");
  const {second} = open("?b=index&b.layer=4&layer=3");
  assert.match(second.link("?b=index&b.layer=4", false), /layer=3.*|b\.layer=4/);
});
