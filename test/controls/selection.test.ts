import assert from "node:assert/strict";
import {test} from "node:test";
import {methods} from "../../components/model/methods/index.js";
import {
  formatSelection,
  formatWhole,
  overrule,
  parseSelection,
  refusedIn,
  SelectionStore
} from "../../components/site/selection.js";

const defaults = parseSelection("");

/** An address that is a plain text. */
function memory(search: string) {
  const address = {search, read: () => address.search, write: (text: string) => (address.search = text)};
  return address;
}

test("an empty address is the defaults, and the defaults are an empty address", () => {
  assert.equal(defaults.layer, 10);
  assert.equal(defaults.head, "mean");
  assert.equal(formatSelection(defaults), "");
});

test("what is written is read again", () => {
  const selection = {
    ...defaults,
    image: "coffee",
    layer: 3,
    head: 2,
    trunk: "purified" as const,
    target: 17,
    background: "none" as const,
    detectors: {
      ...defaults.detectors,
      som: {...defaults.detectors.som, factor: 1.5, cap: 10},
      singular: {threshold: 2.5}
    },
    maps: {...defaults.maps, scale: "log" as const},
    method: {...defaults.method, options: "l0=8,rounds=2"},
    words: {...defaults.words, list: "tabby cat; grass & sky"},
    live: {
      ...defaults.live,
      methods: "clip,sfp",
      fit: "whole-448" as const,
      windows: "whole" as const,
      short: 448,
      probability: 0.25,
      device: "wasm" as const
    }
  };
  const search = formatSelection(selection);
  assert.deepEqual(parseSelection(search), selection);
  assert.ok(!search.includes("model="), "defaults are left out");
});

test("detectors' options are called what they were before detectors declared them", () => {
  const search = "?factor=1.5&cap=10&heads=vote&count=4&contamination=0.1&threshold=2";
  const {som, l2, lof, mad} = parseSelection(search).detectors;
  assert.deepEqual(som, {factor: 1.5, cap: 10, heads: "vote"});
  assert.deepEqual([l2.count, lof.contamination, mad.threshold], [4, 0.1, 2]);
  assert.equal(formatSelection(parseSelection(search)), search);
});

test("an address of before the selection had groups says the same, and only the Live page writes what it alone reads", () => {
  const old =
    "?scale=log&range=own&rings=mad&corpus=photos&detector=lof&method=sc-clip&options=l0%3D8&from=3&words=cat&word=2" +
    "&measure=norm&shown=heat&against=sfp&opacity=0.5&methods=clip&square=0.25&fit=whole-336&windows=whole&short=448" +
    "&probability=0.5&device=wasm";
  const selection = parseSelection(old);
  assert.deepEqual(selection.maps, {scale: "log", range: "own", rings: "mad"});
  assert.deepEqual(selection.corpus, {images: "photos", detector: "lof", corner: 0, opposite: 30, norm: 0});
  assert.deepEqual(selection.method, {name: "sc-clip", options: "l0=8"});
  assert.deepEqual(selection.propagation, {from: 3});
  assert.deepEqual(selection.words, {list: "cat", class: 2});
  assert.deepEqual(selection.features, {measure: "norm"});
  assert.deepEqual(selection.masks, {shown: "heat", against: "sfp", opacity: 0.5});
  assert.deepEqual(selection.live, {
    methods: "clip",
    square: 0.25,
    fit: "whole-336",
    second: "auto",
    windows: "whole",
    short: 448,
    probability: 0.5,
    device: "wasm"
  });
  const names = (search: string) => [...new URLSearchParams(search).keys()].toSorted();
  assert.deepEqual(names(formatSelection(selection)), names(old));
  const live = ["methods", "square", "fit", "second", "windows", "short", "probability", "device"];
  assert.deepEqual(
    names(formatWhole(selection)),
    names(formatWhole(selection, "", true)).filter((name) => !live.includes(name))
  );
});

test("bad values fall back to their defaults, one by one", () => {
  const bad = [
    "layer=0",
    "layer=1e3",
    "layer=-1",
    "layer=2.5",
    "head=all",
    "trunk=both",
    "target=-4",
    "target=99999",
    "factor=Infinity",
    "factor=-1",
    "cap=0",
    "singular.threshold=-1",
    "heads=all",
    "factor=1e-9",
    "cap=ten",
    "scale=cubic",
    "image=../../etc",
    "image=%3Cscript%3E",
    `image=${"x".repeat(200)}`,
    "options=a=b=c",
    "options=%00",
    "methods=",
    "methods=sfp,,clip",
    "methods=a%20b",
    `methods=${"sfp,".repeat(20)}sfp`,
    "fit=square-9",
    "short=100",
    "windows=none",
    "probability=1",
    "device=tpu",
    "layer=%E0%A4%A"
  ];
  for (const search of bad) assert.deepEqual(parseSelection(`?${search}`), defaults, search);
  assert.equal(parseSelection("?layer=0&image=coffee").image, "coffee");
});

test("what an address asks for and cannot have is said, cut where it is long", () => {
  const query = new URLSearchParams({layer: "0", head: "3", trunk: "plain", words: "cat; ".repeat(1000), other: "x"});
  assert.deepEqual(refusedIn(String(query)), ["layer=0", `words=${"cat; ".repeat(6)}… (5000 characters)`]);
  assert.deepEqual(refusedIn("?image=astronaut&words=a%3B+b"), []);
});

test("random addresses never throw and always give values that survive a round trip", () => {
  let seed = 1;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const keys = [...Object.keys(defaults), "factor", "cap", "count", "threshold", "singular.threshold"];
  for (let i = 0; i < 2000; ++i) {
    const value = Array.from({length: 12}, () => String.fromCharCode(Math.floor(random() * 300))).join("");
    const search = `?${keys[Math.floor(random() * keys.length)]}=${value}&${value}`;
    const parsed = parseSelection(search);
    assert.deepEqual(parseSelection(formatSelection(parsed)), parsed);
  }
});

test("a store tells its listeners, writes what differs, and keeps foreign parameters", () => {
  const address = memory("?utm=x&layer=4");
  const store = new SelectionStore(address);
  const heard: number[] = [];
  const stop = store.subscribe(({layer}) => heard.push(layer));
  store.set({layer: 5});
  store.set({layer: 5});
  store.set({layer: 0});
  stop();
  store.set({layer: 6});
  assert.deepEqual(heard, [5]);
  assert.equal(address.search, "?utm=x&layer=6");
  store.set({layer: defaults.layer});
  assert.equal(address.search, "?utm=x");
});

test("another image starts with its own pins, unless it comes with some", () => {
  const store = new SelectionStore(memory("?target=3&background=none"));
  store.set({image: "coffee"});
  assert.equal(store.value.target, "auto");
  assert.equal(store.value.background, "auto");
  store.set({image: "rocket", target: 8});
  assert.equal(store.value.target, 8);
});

test("what the pointer is on is told apart from the selection and never written", () => {
  const address = memory("");
  const store = new SelectionStore(address);
  const heard: (number | null)[] = [];
  store.subscribe(() => assert.fail("the selection did not change"));
  store.subscribePointing(({hover}) => heard.push(hover));
  store.point({hover: 3});
  store.point({hover: 3});
  store.point({hover: null});
  assert.deepEqual(heard, [3, null]);
  assert.equal(address.search, "");
});

test("a link that names a photo leads to it, with that photo's own pins and everything else as chosen", () => {
  const chosen = {...defaults, image: "coffee", layer: 4, target: 17};
  const linked = overrule(chosen, "?image=rocket");
  assert.deepEqual([linked.image, linked.layer, linked.target], ["rocket", 4, "auto"]);
  assert.equal(overrule(chosen, "?image=coffee").target, 17);
  assert.deepEqual(overrule(chosen, ""), chosen);
});

test("all methods at once fit in an address", () => {
  const all = Object.keys(methods).join(",");
  assert.equal(
    parseSelection(formatSelection({...defaults, live: {...defaults.live, methods: all}})).live.methods,
    all
  );
});
