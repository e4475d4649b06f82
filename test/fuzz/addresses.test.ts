// Whatever stands in an address, pages get a selection and a slide that they can show.
import assert from "node:assert/strict";
import {test} from "node:test";
import {seededRandom} from "../../components/analysis/random.js";
import {formatSelection, overrule, parseSelection} from "../../components/site/selection.js";
import {slideAddress, slideIndex} from "../../components/page/slideAddress.js";

const random = seededRandom(5);
const below = (n: number) => Math.floor(random() * n);
const pieces = [
  "%",
  "%00",
  "%F0%9F",
  "=",
  "&",
  "+",
  "-1",
  "1e9",
  "NaN",
  "null",
  "../",
  "<script>",
  "é",
  "猫",
  "chelsea",
  "layer",
  "talk"
];
const text = () => Array.from({length: below(8)}, () => pieces[below(pieces.length)]).join("");

test("5000 query strings give selections that survive being written and read", () => {
  const keys = Object.keys(parseSelection(""));
  for (let i = 0; i < 5000; ++i) {
    const search = `?${Array.from({length: below(6)}, () => `${keys[below(keys.length)]}=${text()}`).join("&")}${text()}`;
    const chosen = parseSelection(search);
    assert.deepEqual(parseSelection(formatSelection(chosen)), chosen, search);
    assert.deepEqual(Object.keys(overrule(chosen, `?${text()}`)), keys);
    // Letters and digits of any script, and nothing that means something in a path or an address.
    assert.match(chosen.image, /^[\p{L}\p{M}\p{N}_.-]{1,80}$/u);
    assert.match(chosen.model, /^[\p{L}\p{M}\p{N}_.-]{1,80}$/u);
  }
});

test("5000 hashes name a slide that is there, or none", () => {
  const ids = ["figure-attention", "figure-decision"];
  for (let i = 0; i < 5000; ++i) {
    const wanted = slideIndex(`#talk=${text()}${below(20)}`, ids)!;
    assert.ok(ids[wanted.at]);
  }
  for (const id of ids) assert.deepEqual(slideIndex(slideAddress(id), ids), {at: ids.indexOf(id), found: true});
  for (const hash of ["", "#", "#talks", "#figure-attention", "#xtalk=1"])
    assert.equal(slideIndex(hash, ids), undefined);
  assert.deepEqual(slideIndex("#talk=3", []), {at: 0, found: false});
});
