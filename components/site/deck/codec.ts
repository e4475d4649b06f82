/** Decks as files and as links. Whatever is read is checked; what is wrong is refused by its place. */
import {fromBase64, toBase64} from "../../ui/base64.js";
import {mostFigures, newId} from "./deck.js";
import type {Build, Deck, KeptData, Slide, SlideFigure, SlideSide} from "./deck.js";

const format = "sfp-explorer-deck";
const version = 1;

/** More than a talk has; a file with more is not a deck. */
const mostSlides = 500;

/** A deck that cannot be read: where, and why. */
export class DeckError extends Error {
  override name = "DeckError";
}

/** A deck as the text of `deck.json`. */
export function formatDeck({title, slides, data}: Deck): string {
  const written = slides.map((slide) => ({...slide, id: undefined}));
  return `${JSON.stringify({format, version, title, slides: written, data}, null, 1)}\n`;
}

/**
 * Reads the text of `deck.json`.
 *
 * @param figures the ids that the catalogue has
 * @throws DeckError that names the place and says what is expected there
 */
export function parseDeck(text: string, figures: ReadonlySet<string>): Deck {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    throw new DeckError("This file is not JSON. A deck is saved by “Save” on the Deck page.");
  }
  const at = new Reader(file, "the deck");
  if (at.field("format").value !== format)
    throw new DeckError(`This file is no deck: it has no "format": "${format}".`);
  const written = at.field("version").value;
  if (written !== version)
    throw new DeckError(`This deck has version ${String(written)}; this site reads version ${version}.`);
  const data = at.field("data").record((entry) => readData(entry));
  const slides = at.field("slides").list(mostSlides, (slide) => readSlide(slide, figures, data));
  return {title: at.field("title").text(500), slides, data};
}

function readSlide(at: Reader, figures: ReadonlySet<string>, data: Deck["data"]): Slide {
  const build = at.has("build") ? readBuild(at.field("build")) : undefined;
  const picture = at.has("picture") ? readPicture(at.field("picture")) : undefined;
  return {
    id: newId(),
    title: at.field("title").text(2000),
    remark: at.field("remark").text(100_000),
    notes: at.field("notes").text(100_000),
    figures: at.field("figures").list(mostFigures, (figure) => readFigure(figure, figures, data)),
    ...(build && {build}),
    ...(picture && {picture})
  };
}

function readFigure(at: Reader, figures: ReadonlySet<string>, data: Deck["data"]): SlideFigure {
  const figure = at.field("figure").text(100);
  const still = at.has("still") ? readPicture(at.field("still")) : undefined;
  if (!still && !figures.has(figure))
    throw at.field("figure").wrong(`names a figure that this site does not have: “${figure}”`);
  const beside = at.has("beside") ? readSide(at.field("beside"), data) : undefined;
  return {figure, ...readSide(at, data), ...(still && {still}), ...(beside && {beside})};
}

function readSide(at: Reader, data: Deck["data"]): SlideSide {
  const selection = at.field("selection").text(20_000);
  if (selection && !selection.startsWith("?")) throw at.field("selection").wrong("must be empty or begin with “?”");
  if (!at.has("data")) return {selection};
  const key = at.field("data").text(200);
  if (!Object.hasOwn(data, key)) throw at.field("data").wrong(`names data that the file does not hold: “${key}”`);
  return {selection, data: key};
}

function readBuild(at: Reader): Build {
  const [from, to] = [at.field("from").whole(1, 99), at.field("to").whole(1, 99)];
  return {from, to};
}

function readPicture(at: Reader): string {
  const address = at.text(5e6);
  if (!/^data:image\/(png|jpeg|webp);base64,[A-Za-z0-9+/=]+$/.test(address))
    throw at.wrong("must be a PNG, JPEG or WebP as a data address");
  return address;
}

function readData(at: Reader): KeptData {
  const place = (name: string) => {
    if (!at.has(name)) return undefined;
    const [x, y] = at.field(name).list(2, (each) => each.fraction());
    return [x, y] as const;
  };
  return {
    model: at.field("model").text(300),
    image: at.field("image").text(300),
    title: at.field("title").text(1000),
    ...(at.has("credit") && {credit: at.field("credit").text(2000)}),
    picture: readPicture(at.field("picture")),
    ...(place("target") && {target: place("target")}),
    ...(place("background") && {background: place("background")}),
    files: at.field("files").record((file) => file.base64())
  };
}

/** One value of a file, and where it stands, for whoever must mend it. */
class Reader {
  constructor(
    readonly value: unknown,
    private readonly where: string
  ) {}

  wrong(what: string): DeckError {
    return new DeckError(`This deck cannot be opened: ${this.where} ${what}.`);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#object(), name);
  }

  field(name: string): Reader {
    return new Reader(this.#object()[name], `“${name}” of ${this.where}`);
  }

  text(longest: number): string {
    if (typeof this.value !== "string") throw this.wrong("must be a text");
    if (this.value.length > longest) throw this.wrong(`must have at most ${longest} characters`);
    return this.value;
  }

  base64(): string {
    const text = this.text(50e6);
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw this.wrong("must be in base64");
    return text;
  }

  whole(least: number, most: number): number {
    if (!Number.isInteger(this.value) || Number(this.value) < least || Number(this.value) > most)
      throw this.wrong(`must be a whole number from ${least} to ${most}`);
    return Number(this.value);
  }

  fraction(): number {
    if (typeof this.value !== "number" || !(this.value >= 0 && this.value <= 1))
      throw this.wrong("must be a number from 0 to 1");
    return this.value;
  }

  list<T>(most: number, read: (each: Reader, i: number) => T): T[] {
    if (!Array.isArray(this.value)) throw this.wrong("must be a list");
    if (this.value.length > most) throw this.wrong(`must have at most ${most} entries`);
    return this.value.map((each: unknown, i) => read(new Reader(each, `entry ${i + 1} of ${this.where}`), i));
  }

  record<T>(read: (each: Reader) => T): Record<string, T> {
    return Object.fromEntries(Object.keys(this.#object()).map((key) => [key, read(this.field(key))]));
  }

  #object(): Readonly<Record<string, unknown>> {
    if (typeof this.value !== "object" || this.value === null || Array.isArray(this.value))
      throw this.wrong("must be an object");
    return this.value as Readonly<Record<string, unknown>>;
  }
}

/** The longest link that every browser, mail program and chat passes on. */
const longestLink = 8000;

/**
 * A deck as the part of an address after `#deck=`: compressed, without pictures.
 *
 * @throws DeckError where it does not fit into an address
 */
export async function formatLink(deck: Deck): Promise<string> {
  if (Object.keys(deck.data).length > 0)
    throw new DeckError(
      "A link cannot hold figures of the Live page, whose numbers are in the deck. Save it as a file."
    );
  const light = {...deck, slides: deck.slides.map((slide) => ({...slide, picture: undefined}))};
  const stream = new Blob([JSON.stringify(JSON.parse(formatDeck(light)))]).stream();
  const packed = await bytesOf(stream.pipeThrough(new CompressionStream("deflate-raw")));
  const text = toBase64(packed).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  if (text.length > longestLink)
    throw new DeckError(
      `This deck is too long for a link (${text.length} characters of ${longestLink}). Save it as a file.`
    );
  return text;
}

/** @throws DeckError where the text is no deck's */
export async function parseLink(text: string, figures: ReadonlySet<string>): Promise<Deck> {
  let json: string;
  try {
    const packed = fromBase64(text.replaceAll("-", "+").replaceAll("_", "/"));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    json = new TextDecoder().decode(await bytesOf(stream));
  } catch {
    throw new DeckError("The link to this deck is damaged: copy all of it, or ask for the deck as a file.");
  }
  return parseDeck(json, figures);
}

async function bytesOf(stream: ReadableStream): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
