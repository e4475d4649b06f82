// The Method page's toy and tables, and docs/methods.md, against the methods themselves.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import {changeSetting, readSettings} from "../../components/page/methodOptions.js";
import {ambiguities} from "../../components/figures/method/ambiguities.js";
import {runToy, toyCosines, type ToyOptions} from "../../components/figures/method/toy.js";
import {methods} from "../../components/model/methods/index.js";
import {registerOptions} from "../../components/model/registerOptions.js";
import {sfp} from "../../components/model/methods/sfp.js";

const usual: ToyOptions = {planted: new Set([3, 8]), factor: 1, lambda: 0.5, l0: 1, rounds: 1, order: "rc"};

test("in the toy, planted patches are outliers and grow, and with SOM they do not", () => {
  const {plain, purified} = runToy(usual);
  for (const patch of usual.planted) {
    assert.ok(plain.every(({outliers}) => outliers[patch] === 1));
    assert.ok(plain[2].norms[patch] > 2.5 * plain[0].norms[patch]);
    assert.ok(purified[2].repairedNorms[patch] < plain[2].norms[patch] / 1.5);
  }
});

test("the toy's maps sum to one as Eq. 1 and Eq. 10 say", () => {
  const {plain, saeMap, integrated} = runToy(usual);
  for (const {tokens, values} of [plain[0].map, saeMap])
    for (let row = 0; row < tokens; ++row)
      assert.ok(Math.abs(values.slice(row * tokens, (row + 1) * tokens).reduce((a, b) => a + b) - 1) < 1e-5);
  const {tokens, values} = integrated;
  for (let column = 0; column < tokens; ++column) {
    const sum = values.filter((_, cell) => cell % tokens === column).reduce((a, b) => a + b, 0);
    assert.ok(sum === 0 || Math.abs(sum - 1) < 1e-5, `column ${column} sums to ${sum}`);
  }
});

test("in the toy, the object is lost without SOM and found with it", () => {
  const {features} = runToy(usual);
  const found = (stage: "plain" | "vis") => {
    const {object, ground} = toyCosines(features[stage]);
    return [5, 6, 9, 10, 13, 14].filter((patch) => object[patch] > ground[patch]).length;
  };
  assert.ok(found("plain") <= 2);
  assert.equal(found("vis"), 6);
});

test("nothing planted, nothing grows", () => {
  const {plain} = runToy({...usual, planted: new Set()});
  assert.ok(Math.max(...plain[2].norms) < 1.6 * Math.min(...plain[2].norms));
});

test("every option that the table of choices names is one of sfp's", () => {
  for (const {option} of ambiguities)
    for (const name of option?.name.split(", ") ?? []) assert.ok(name in methods.sfp.options, name);
});

test("docs/methods.md has a row for every method, with every one of its options", () => {
  const text = readFileSync("docs/methods.md", "utf8");
  const shared = ["pre", "post", "fuse_from", "fuse_to", "beta", "class_weight"];
  for (const [name, {options}] of Object.entries(methods)) {
    const row = text.split("\n").find((line) => line.startsWith(`| \`${name}\``));
    assert.ok(row, `no row for ${name}`);
    if (name === "sfp") for (const option of Object.keys(options)) assert.ok(text.includes(`| \`${option}\` `), option);
    else
      for (const option of Object.keys(options)) {
        const described = option in registerOptions && "registers" in options ? `| \`${option}\` ` : `\`${option}\``;
        assert.ok((described.startsWith("|") ? text : row).includes(described), `${name}: ${option}`);
      }
  }
  assert.ok(shared.every((option) => option in methods["sfp-released"].options));
});

test("settings in an address: defaults are left out, nonsense is passed over", () => {
  assert.equal(changeSetting(sfp, "", "l0", 8), "l0=8");
  assert.equal(changeSetting(sfp, "l0=8", "l0", 1), "");
  const values = readSettings(sfp, "l0=5,rounds=zzz,nothing=3,order=cr,=,__proto__=1");
  assert.equal(values.l0, 5);
  assert.equal(values.rounds, 1);
  assert.equal(values.order, "cr");
});
