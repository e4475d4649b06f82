/** Decks: edits, undo, the file and the link, and what is refused. */
import assert from "node:assert/strict";
import {test} from "node:test";
import {DeckError, formatDeck, formatLink, parseDeck, parseLink} from "../../components/site/deck/codec.js";
import {
  added,
  duplicated,
  edited,
  emptyDeck,
  besidePrevious,
  moveSlide,
  newSlide,
  parted,
  removed,
  type Deck
} from "../../components/site/deck/deck.js";
import {History} from "../../components/site/deck/history.js";

const figures = new Set(["attention", "stages"]);
const picture = "data:image/png;base64,iVBORw0KGgo=";
const data = {model: "mini", image: "own-picture", title: "Mine", picture, files: {"summary.arrow": "AAAA"}};

function deckOf(...titles: string[]): Deck {
  return titles.reduce((deck, title) => added(deck, newSlide({title})), emptyDeck);
}

const titles = (deck: Deck) => deck.slides.map(({title}) => title).join("");

/** A deck without the ids, which mean nothing outside a browser. */
const bare = ({slides, ...deck}: Deck) => ({...deck, slides: slides.map((slide) => ({...slide, id: ""}))});

test("slides are added after another, moved within bounds, duplicated, removed; the deck before stays as it was", () => {
  const deck = deckOf("a", "b", "c");
  const [a, b] = deck.slides;
  assert.equal(titles(added(deck, newSlide({title: "x"}), a.id)), "axbc");
  assert.equal(titles(moveSlide(deck, a.id, 1)), "bac");
  assert.equal(titles(moveSlide(deck, b.id, -9)), "bac");
  assert.equal(moveSlide(deck, a.id, -1), deck);
  assert.equal(titles(moveSlide(deck, a.id, 99)), "bca");
  const twice = duplicated(deck, b.id);
  assert.equal(titles(twice), "abbc");
  assert.equal(new Set(twice.slides.map(({id}) => id)).size, 4);
  assert.equal(titles(removed(deck, b.id)), "ac");
  assert.equal(titles(edited(deck, b.id, {title: "B"})), "aBc");
  assert.equal(titles(deck), "abc");
  assert.throws(() => removed(deck, "none"), /not in the deck/);
});

test("a figure with two sides is kept with both, in files and links, and its data with it", async () => {
  const beside = {selection: "?layer=4&image=dogs", data: "mine"};
  const slide = newSlide({figures: [{figure: "attention", selection: "?layer=10", beside}]});
  const deck = added(emptyDeck, slide, undefined, {mine: data});
  assert.deepEqual(bare(parseDeck(formatDeck(deck), figures)), bare(deck));
  assert.deepEqual(Object.keys(removed(added(deck, newSlide()), slide.id).data), []);
  assert.deepEqual(Object.keys(removed(duplicated(deck, slide.id), slide.id).data), ["mine"]);
  const linked = added(
    emptyDeck,
    newSlide({figures: [{figure: "attention", selection: "", beside: {selection: "?layer=4"}}]})
  );
  assert.deepEqual(bare(await parseLink(await formatLink(linked), figures)), bare(linked));
  const wrong = formatDeck(linked).replace('"?layer=4"', '"layer=4"');
  assert.throws(() => parseDeck(wrong, figures), /“selection” of “beside” of .* must be empty or begin/);
});

test("two figures share a slide, a third does not fit, and they are parted again", () => {
  const figure = (name: string) => newSlide({title: name, remark: name, figures: [{figure: name, selection: ""}]});
  const deck = [figure("attention"), figure("stages"), figure("stages")].reduce(
    (all, slide) => added(all, slide),
    emptyDeck
  );
  const pair = besidePrevious(deck, deck.slides[1].id);
  assert.deepEqual(
    pair.slides[0].figures.map((each) => each.figure),
    ["attention", "stages"]
  );
  assert.equal(pair.slides[0].remark, "attention\n\nstages");
  assert.throws(() => besidePrevious(pair, pair.slides[1].id), /two figures at most/);
  assert.throws(() => besidePrevious(deck, deck.slides[0].id), /no slide before/);
  assert.deepEqual(
    parted(pair, pair.slides[0].id).slides.map((slide) => slide.figures.length),
    [1, 1, 1]
  );
});

test("data goes with the last slide that shows it", () => {
  const slide = newSlide({figures: [{figure: "attention", selection: "", data: "k"}]});
  const deck = duplicated(added(emptyDeck, slide, undefined, {k: data}), slide.id.length ? slide.id : "");
  const once = removed(deck, slide.id);
  assert.deepEqual(Object.keys(once.data), ["k"]);
  assert.deepEqual(removed(once, once.slides[0].id).data, {});
});

test("undo and redo walk through the states; a new one ends the future; amending is no step", () => {
  const past = new History("a");
  past.set("b");
  past.set("b");
  past.set("c");
  past.undo();
  assert.equal(past.value, "b");
  past.amend("B");
  past.undo();
  assert.equal(past.value, "a");
  assert.ok(!past.canUndo && past.canRedo);
  past.redo();
  assert.equal(past.value, "B");
  past.set("d");
  assert.ok(!past.canRedo);
});

const full: Deck = {
  title: "Talk",
  data: {k: {...data, target: [0.25, 0.5]}},
  slides: [
    newSlide({
      title: "One",
      remark: "*a* $x<y$",
      notes: "say",
      figures: [{figure: "attention", selection: "?layer=3", data: "k"}],
      build: {from: 3, to: 9},
      picture
    }),
    newSlide({title: "Masks", figures: [{figure: "mask", selection: "", still: picture}]}),
    newSlide({title: "Text"})
  ]
};

test("a file gives back the deck that wrote it", () => {
  assert.deepEqual(bare(parseDeck(formatDeck(full), figures)), bare(full));
});

test("a link gives back a deck without its pictures; data and great length are refused", async () => {
  const deck = {...full, data: {}, slides: full.slides.slice(2)};
  assert.deepEqual(bare(await parseLink(await formatLink(deck), figures)), bare(deck));
  await assert.rejects(formatLink(full), /Save it as a file/);
  const noise = Array.from({length: 20_000}, (_, i) => ((i * 7919) % 9973).toString(36)).join("");
  await assert.rejects(formatLink(added(emptyDeck, newSlide({remark: noise}))), /too long for a link \(\d+/);
  await assert.rejects(parseLink("@@@", figures), /damaged/);
});

test("what is wrong in a file is refused by its place", () => {
  const broken = (change: (file: Record<string, never>) => void) => {
    const file = JSON.parse(formatDeck(full)) as Record<string, never>;
    change(file);
    return JSON.stringify(file);
  };
  const cases: [string, RegExp][] = [
    ["{", /not JSON/],
    ["[]", /the deck must be an object/],
    ['{"format":"other"}', /no "format": "sfp-explorer-deck"/],
    [broken((file: Record<string, unknown>) => (file.version = 9)), /version 9; this site reads version 1/],
    [broken((file: Record<string, unknown>) => delete file.title), /“title” of the deck must be a text/],
    [broken((file: Record<string, unknown>) => (file.slides = 3)), /“slides” of the deck must be a list/]
  ];
  const slide = (change: object) =>
    broken(
      (file: {slides?: object[]}) =>
        (file.slides = file.slides!.map((each, i) => (i === 0 ? {...each, ...change} : each)))
    );
  const at = "of entry 1 of “slides” of the deck";
  cases.push(
    [slide({title: 3}), new RegExp(`“title” ${at} must be a text`)],
    [slide({figures: [{figure: "none", selection: ""}]}), /names a figure that this site does not have: “none”/],
    [slide({figures: [{figure: "attention", selection: "layer=3"}]}), /must be empty or begin with “\?”/],
    [slide({figures: [{figure: "attention", selection: "", data: "z"}]}), /does not hold: “z”/],
    [slide({figures: Array.from({length: 3}, () => ({figure: "attention", selection: ""}))}), /at most 2 entries/],
    [slide({build: {from: 0, to: 4}}), /“from” of “build” .* whole number from 1 to 99/],
    [slide({picture: "https://example.org/a.png"}), /“picture” .* as a data address/],
    [slide({picture: "data:image/svg+xml;base64,AAAA"}), /PNG, JPEG or WebP/]
  );
  for (const [text, message] of cases)
    assert.throws(
      () => parseDeck(text, figures),
      (error: Error) => error instanceof DeckError && message.test(error.message),
      String(message)
    );
});
