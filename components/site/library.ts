import {FileAttachment} from "observablehq:stdlib";
import {dataAddress, fetchData, openRecord} from "./files.js";
import {Feed, pairUp, type Opened} from "./feed.js";
import {openGuest, ownPicture} from "./guest.js";
import {siteModels} from "./models.js";
import {defaultSelection, selection, sideParameter, type SelectionStore} from "./selection.js";
import {side} from "./side.js";

/** A photo that the site offers. */
export interface Photo {
  id: string;
  /** SHA-256 of its file. */
  hash: string;
  /** Where all of the photo lies, below `data/`. */
  whole: string;
  /** The models that have analysed it, the one that pages prefer first. */
  models: string[];
  /** Those of them whose analysis is here in part only: no single heads, and few methods' features. */
  light: string[];
  /** The words that suit it. */
  words?: string;
  title: string;
  /** What is seen, for those who do not see it. */
  alt: string;
  credit: string;
  licence: string;
  /** Where pins stand at first, as fractions of width and height. */
  target?: readonly [x: number, y: number];
  background?: readonly [x: number, y: number];
}

let photos: Promise<Photo[]> | undefined;

/** The photos in `data/images`, by name. */
export function listPhotos(): Promise<Photo[]> {
  return (photos ??= FileAttachment("../../data/photos.json").json() as Promise<Photo[]>);
}

/** The address of a photo as the pages show it: the square crop that the model sees. */
export function photoAddress(id: string): string {
  return dataAddress(`photos/${encodeURIComponent(id)}.webp`);
}

/**
 * A photo with its own file, from which numbers are those of the other pages.
 *
 * @throws Error where the site has no such photo
 */
export async function photoFile(id: string): Promise<{photo: Photo; file: Blob}> {
  const photo = (await listPhotos()).find((each) => each.id === id);
  if (!photo) throw new Error(`This site has no photo “${id}”. Choose another.`);
  return {photo, file: new Blob([(await fetchData(photo.whole)) as Uint8Array<ArrayBuffer>])};
}

/** Loads a photo to draw on a canvas. */
export async function loadPhoto(id: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = photoAddress(id);
  await image.decode();
  return image;
}

/** The photo that pages begin with: the selection's default, or the first where the site does not have it. */
export function firstPhoto(list: readonly Photo[]): Photo | undefined {
  const {image} = defaultSelection;
  const analysed = list.filter(({models}) => models.length > 0);
  return analysed.find(({id}) => id === image) ?? analysed[0] ?? list[0];
}

/** The feed of what was run in this browser, or else of the analyses that the site was built with. */
export function siteFeed(): Feed {
  const feed = new Feed(selection, openShown);
  others.set(feed, () => secondFeed(feed));
  return feed;
}

/** Opens what was run in this browser, or else what the site was built with. */
export async function openShown(model: string, image: string): Promise<Opened> {
  return (await openGuest(model, image)) ?? openPhoto(model, image);
}

/** Makes the second side's feed of each feed, once. */
const others = new WeakMap<Feed, () => Feed>();

/** Whether a feed has a second side. */
export function hasOther(feed: Feed): boolean {
  return others.has(feed);
}

/** The feed of the second side, beside the site's own; none beside a feed of another kind. */
export function otherFeed(feed: Feed): Feed | undefined {
  return others.get(feed)?.();
}

function secondFeed(feed: Feed): Feed {
  const second = new Feed(side, openShown, sideParameter);
  others.set(feed, () => second);
  pairUp(feed, second, () => side.on);
  let on = side.on;
  side.subscribeSplit(() => {
    if (on === side.on) return;
    on = side.on;
    // Ranges are those of both sides now, or a side's own again.
    for (const each of [feed, second]) each.refresh();
  });
  feed.subscribe((state) => "view" in state && side.know({first: state.view.record}));
  second.subscribe((state) => "view" in state && side.know({second: state.view.record}));
  linkPointing(feed.store, second.store, () => side.on && !side.freed("photo") && side.sameGrid);
  return second;
}

/** What is pointed at on one side is on the other too, while `alike` says that both show the same photo on the same grid. */
function linkPointing(first: SelectionStore, second: SelectionStore, alike: () => boolean): void {
  const follow = (from: SelectionStore, to: SelectionStore) =>
    from.subscribePointing((pointing) => {
      if (alike()) to.point(pointing);
    });
  follow(first, second);
  follow(second, first);
}

/**
 * Opens a photo of the site under a model, or the nearest to it that the site has, with a line that says so: no address
 * leads to a dead page.
 *
 * @throws Error saying why there is nothing to show
 */
async function openPhoto(model: string, image: string): Promise<Opened> {
  const list = await listPhotos();
  const asked = list.find(({id}) => id === image);
  const photo = asked ?? firstPhoto(list);
  if (!photo) throw new Error("This site has no photos. Put some into data/images and build it again.");
  if (photo.models.length === 0)
    throw new Error(`“${photo.title}” is not analysed: no model was at hand when the site was built.`);
  const [first, ...others] = photo.models.includes(model)
    ? [model, ...photo.models.filter((each) => each !== model)]
    : photo.models;
  let source;
  let shown = first;
  try {
    source = await openRecord(first, photo);
  } catch (error) {
    // Another model's analysis is better than none; without one the reason is told.
    if (others.length === 0) throw error;
    [shown] = others;
    source = await openRecord(shown, photo);
  }
  const picture = {...photo, image: await loadPhoto(photo.id)};
  if (asked && shown === model) return {source, picture};
  const reason = asked ? missingModel(model, photo) : missingPhoto(image);
  const notice = `${reason} This is “${photo.title}” under ${shown}.`;
  return {source, picture, instead: {model: shown, image: photo.id, notice}};
}

function missingPhoto(image: string): string {
  return image === ownPicture
    ? "Your own picture is not kept here: run it on the Live page."
    : `This site has no photo “${image}”.`;
}

function missingModel(model: string, {title}: Photo): string {
  return siteModels().includes(model)
    ? `${model} has no analysis of “${title}” in this site.`
    : `This site has no analyses by ${model}.`;
}
