import {FileAttachment} from "observablehq:stdlib";
import {dataAddress, openRecord} from "./files.js";
import {Feed} from "./feed.js";
import {selection} from "./selection.js";

/** A photo that the site offers. */
export interface Photo {
  id: string;
  /** The whole photo's name in `data/images`. */
  file: string;
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

/** Loads a photo to draw on a canvas. */
export async function loadPhoto(id: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = photoAddress(id);
  await image.decode();
  return image;
}

/** The feed of the analyses that the site was built with, for the page's selection. */
export function siteFeed(): Feed {
  return new Feed(selection, async (model, id) => {
    const [source, list] = await Promise.all([openRecord(model, id), listPhotos()]);
    const image = await loadPhoto(id);
    return {source, picture: {title: id, ...list.find((photo) => photo.id === id), id, image}};
  });
}
