import type {Grid} from "../../records/record.js";
import {gridOf, type Geometry} from "../geometry.js";
import type {Pixels} from "../runtime.js";
import {normalise} from "./normalise.js";
import type {Picture} from "./pixels.js";

/** What a network reads of one picture, and the patches that it makes of it. */
export interface PictureInput {
  grid: Grid;
  /** 1 × 3 × height × width, normalised. */
  pixels: Pixels;
}

/** A picture that was fitted to whole patches, as a network's input, normalised as the segmentation pipeline does. */
export function inputOf(picture: Picture, geometry: Geometry): PictureInput {
  const {width, height, data} = normalise(picture, geometry, "bytes");
  return {grid: gridOf(geometry, height, width), pixels: {dims: [1, 3, height, width], data}};
}
