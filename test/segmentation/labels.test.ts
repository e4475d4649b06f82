import assert from "node:assert/strict";
import {test} from "node:test";
import {classOfQueries, parseLabels} from "../../components/model/segmentation/labels.js";

test("semicolons separate classes, commas synonyms", () => {
  const classes = parseLabels(" cat; dog,  puppy ;wet   grass;");
  assert.deepEqual(classes, [
    {name: "cat", words: ["cat"]},
    {name: "dog", words: ["dog", "puppy"]},
    {name: "wet grass", words: ["wet grass"]}
  ]);
  assert.deepEqual([...classOfQueries(classes)], [0, 1, 1, 2]);
});

test("mistakes are named", () => {
  assert.throws(() => parseLabels("  "), /No labels/);
  assert.throws(() => parseLabels(";"), /No labels/);
  assert.throws(() => parseLabels("cat;;dog"), /Class 2 is empty in "cat;;dog"/);
  assert.throws(() => parseLabels("cat; dog, , puppy"), /Class 2 has an empty word in "dog, , puppy"/);
  assert.throws(() => parseLabels("cat; dog, Cat"), /"Cat" is in class 1 and in class 2/);
  assert.throws(() => parseLabels("cat, cat"), /Class 1 names "cat" twice/);
});
