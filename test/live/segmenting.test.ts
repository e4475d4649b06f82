// Masks of several methods in one pass are those of each method alone, and what the reader is told on the way.
import assert from "node:assert/strict";
import {after, test} from "node:test";
import type {Turn} from "../../components/live/worker/turn.js";
import type {LiveMask, News, SegmentAsk} from "../../components/live/protocol.js";
import {segmentPicture, windowsAtOnce, type Pace} from "../../components/live/worker/segmenting.js";
import {methodsFor} from "../../components/model/build.js";
import {gridOf} from "../../components/model/geometry.js";
import type {Picture} from "../../components/model/image/pixels.js";
import {methods} from "../../components/model/methods/index.js";
import {Engine} from "../../components/model/runtime.js";
import {segment} from "../../components/model/segmentation/segment.js";
import {readPicture} from "../../data/files/picture.js";
import {cpu} from "../../data/engine/device.js";
import {openEngine, openModel} from "../../data/engine/index.js";
import {seededRandom} from "../../components/analysis/random.js";
import {goldenModel, relativeError} from "../support/golden.js";
import {dinoModel} from "../support/golden2.js";

const engine = new Engine(goldenModel(), cpu(1), 20);
after(() => engine.close());

const random = seededRandom(7);
const picture: Picture = {
  width: 70,
  height: 60,
  // Blocks of 10 pixels, so that there are areas to find.
  data: Uint8Array.from({length: 3 * 70 * 60}, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % 70, Math.floor(i / 210)];
    return 128 + 100 * Math.sin(Math.floor(x / 10) * 3 + Math.floor(y / 10) * 5 + (i % 3)) + 20 * random();
  })
};

/** Unit rows of as many numbers as the golden model's features have. */
const vectors = Float32Array.from({length: 4 * 8}, () => random() - 0.5);
for (let q = 0; q < 4; ++q) {
  const row = vectors.subarray(8 * q, 8 * q + 8);
  row.set(row.map((v) => v / Math.hypot(...row)));
}

const ask: SegmentAsk = {
  methods: Object.values(methods)
    .filter(({name, sharesWindows}) => methodsFor(engine.model, [name], [4, 4]).length && !sharesWindows)
    .map(({name}) => ({name, options: name === "sfp" ? {rounds: 2} : undefined})),
  classes: [{words: ["a"]}, {words: ["b", "c"]}, {words: ["d"]}],
  text: {vectors, width: 8},
  settings: {short: 42, crop: 28, stride: 14},
  probabilities: true
};

async function news(from: Engine, of: Picture, asked: SegmentAsk, pace: Pace = {pause: Infinity}): Promise<News[]> {
  const told: News[] = [];
  const turn: Turn = {signal: new AbortController().signal, tell: (one) => void told.push(one)};
  await segmentPicture({engine: from}, of, asked, turn, pace);
  return told;
}

const masksOf = (told: News[]): LiveMask[] => told.flatMap((one) => ("mask" in one ? [one.mask] : []));

/** One method's mask by a graph of its own, a window at a time. */
function alone(
  from: Engine,
  of: Picture,
  {classes, text, settings}: SegmentAsk,
  {name, options}: {name: string; options?: object}
) {
  const {geometry} = from.model;
  return segment({
    image: of,
    colours: geometry,
    text: text.vectors,
    classes,
    settings,
    padTo: geometry.patch,
    batch: 1,
    probabilities: "all",
    features: async (pixels) => {
      const grid = gridOf(geometry, pixels.dims[2], pixels.dims[3]);
      const {features} = await from.run({method: name, options: {...options}, grid, outputs: ["features"]}, pixels);
      return {grid, width: features.dims[2], data: features.data as Float32Array};
    }
  });
}

/** Labels may differ only where two classes are as good as equal. */
function agree(found: LiveMask, expected: Awaited<ReturnType<typeof alone>>): void {
  assert.equal(found.windows, expected.windows);
  assert.ok(relativeError(found.probabilities!, expected.probabilities!) <= 1e-4, found.method);
  const size = found.labels.length;
  found.labels.forEach((label, i) => {
    const [a, b] = [label, expected.labels[i]].map((each) => expected.probabilities![each * size + i]);
    assert.ok(Math.abs(a - b) <= 1e-4 * Math.max(a, b), `${found.method}, pixel ${i}`);
  });
}

test("all methods in one pass give each method's own mask", async () => {
  const told = await news(engine, picture, ask);
  const masks = masksOf(told);
  const names = ask.methods.map(({name}) => name);
  assert.deepEqual(
    masks.map(({method, windows, of}) => [method, windows, of].join()),
    [...names.map((name) => `${name},1,1`), ...names.map((name) => `${name},6,6`)]
  );
  for (const [i, method] of ask.methods.entries()) {
    agree(masks[i], await alone(engine, picture, {...ask, settings: {...ask.settings, crop: 0, short: 28}}, method));
    agree(masks[names.length + i], await alone(engine, picture, ask, method));
  }
  const diverse = masks.filter(({labels}) => new Set(labels).size > 1).length;
  assert.ok(diverse > names.length, `${diverse} masks have something to tell apart`);
  const done = told.flatMap((one) =>
    "progress" in one && one.progress.stage === "segmentation" ? [one.progress.done] : []
  );
  assert.deepEqual(
    done,
    done.toSorted((a, b) => a - b),
    "progress never goes back"
  );
  assert.ok(done[0] === 0 && done.at(-1)! <= 1);
});

test("on the way, rows of windows that are done refine the mask from above", async () => {
  const asked = {...ask, methods: [{name: "sfp"}], probabilities: false, settings: {...ask.settings, short: 56}};
  const masks = masksOf(await news(engine, picture, asked, {pause: 0}));
  const [coarse, ...rest] = masks;
  const last = rest.at(-1)!;
  assert.deepEqual(
    rest.slice(0, -1).map(({windows, of}) => [windows, of]),
    [
      [4, 12],
      [8, 12]
    ]
  );
  // 28 of 56 px, then 42, were seen; above the next row's first pixel nothing changes any more.
  for (const [i, share, decided] of [
    [0, 1 / 2, 1 / 4],
    [1, 3 / 4, 1 / 2]
  ] as const) {
    const rows = (part: number) => Math.floor(part * 60) * 70;
    const {labels} = rest[i];
    assert.deepEqual(labels.subarray(rows(share)), coarse.labels.subarray(rows(share)));
    // The last row of pixels before that border is half a pixel of the next one.
    assert.deepEqual(labels.subarray(0, rows(decided) - 70), last.labels.subarray(0, rows(decided) - 70));
    assert.notDeepEqual(labels.subarray(0, rows(share)), coarse.labels.subarray(0, rows(share)));
  }
});

test("windows in batches give the masks that they give one by one", async () => {
  const one = masksOf(await news(engine, picture, ask));
  for (const batch of [4, 8]) {
    const many = masksOf(await news(engine, picture, ask, {batch, pause: Infinity}));
    assert.equal(many.length, one.length);
    for (const [i, mask] of many.entries()) agree(mask, one[i]);
  }
});

test("a GPU gets eight windows at once, fewer where their attention would not fit, and a processor one", () => {
  const on = (windows: number, patch: number, heads: number) => {
    const {model, device} = engine;
    const geometry = {...model.geometry, heads, patch, mlp: 3072};
    return windowsAtOnce(new Engine({...model, geometry}, {...device, windows}), {crop: 224});
  };
  // B/16: 12 heads of 197 tokens.
  assert.equal(on(8, 16, 12), 8);
  // 785 tokens: 29.6 MB of attention a window.
  assert.equal(on(8, 8, 12), 4);
  assert.equal(on(8, 4, 12), 1);
  assert.equal(on(1, 16, 12), 1);
});

test("the whole picture at once is one mask a method", async () => {
  const masks = masksOf(await news(engine, picture, {...ask, settings: {short: 42, crop: 0}}));
  assert.deepEqual(
    masks.map(({windows}) => windows),
    ask.methods.map(() => 1)
  );
});

test("a cancellation is heard between windows", async () => {
  const controller = new AbortController();
  const told: News[] = [];
  const turn: Turn = {
    signal: controller.signal,
    tell: (one) => {
      told.push(one);
      if (masksOf(told).length === ask.methods.length) controller.abort();
    }
  };
  await assert.rejects(segmentPicture({engine}, picture, ask, turn), {name: "AbortError"});
  assert.equal(masksOf(told).length, ask.methods.length);
});

test("through a second model, and over all windows, methods give their own masks", async () => {
  const proxied = new Engine(goldenModel(), cpu(1), 20, new Engine(dinoModel(), cpu(1)));
  const names = ["clearclip", "proxyclip", "gla"];
  const methodsAsked = names.map((name) => ({name, proxied: name === "proxyclip"}));
  const asked: SegmentAsk = {...ask, methods: methodsAsked};
  try {
    const told: News[] = [];
    const turn: Turn = {signal: new AbortController().signal, tell: (one) => void told.push(one)};
    await segmentPicture({engine, proxied}, picture, asked, turn, {pause: Infinity});
    const masks = masksOf(told);
    assert.equal(masks.length, 2 * names.length);
    const {classes, settings, text} = asked;
    for (const [i, {name, proxied: through}] of methodsAsked.entries()) {
      const on = through ? proxied : engine;
      const expected = await segment({
        image: picture,
        colours: engine.model.geometry,
        text: text.vectors,
        classes,
        settings,
        padTo: engine.model.geometry.patch,
        batch: "all",
        probabilities: "all",
        features: async (pixels) => (await on.features([{method: name}], pixels))[0]
      });
      agree(masks[names.length + i], expected);
    }
    await assert.rejects(segmentPicture({engine}, picture, asked, turn), /No second model is open/);
    // LaVG's 640 px are 320 patches a side for this one.
    const lavg = {...asked, methods: [{name: "lavg", proxied: true}]};
    await assert.rejects(segmentPicture({engine, proxied}, picture, lavg, turn), /lavg: .* second model/);
  } finally {
    await proxied.close();
  }
});

test("mini: methods with the same trunk and with different ones, on a photo", async () => {
  const model = await openModel("mini");
  const mini = openEngine(model, {device: "cpu", threads: 1});
  try {
    const photo = await readPicture("data/images/chelsea.png");
    const classes = [{words: ["cat"]}, {words: ["sofa", "couch"]}, {words: ["wall"]}];
    const text = await model.text(["tabby cat", "studio couch", "window shade", "stone wall"]);
    const asked: SegmentAsk = {
      methods: ["sfp", "clearclip", "clip", "sc-clip"].map((name) => ({name})),
      classes,
      text,
      settings: {short: 336},
      probabilities: true
    };
    const masks = masksOf(await news(mini, photo, asked)).filter(({windows, of}) => of > 1 && windows === of);
    for (const [i, method] of asked.methods.entries()) agree(masks[i], await alone(mini, photo, asked, method));
  } finally {
    await mini.close();
  }
});
