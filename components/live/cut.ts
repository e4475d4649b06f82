/** Which square of a picture the model looks at: the middle one, unless the reader moved it. */
import type {Fit} from "../model/image/fit.js";
import {crop, type Picture} from "../model/image/pixels.js";

/** Where a square of the picture's shorter side lies, in pixels; `at` is 0 to 1 along the longer side. */
export function squareOf({width, height}: {width: number; height: number}, at: number) {
  const side = Math.min(width, height);
  return {left: Math.round(at * (width - side)), top: Math.round(at * (height - side)), side};
}

/** The part of a picture that is fitted: all of it, or the square that was moved away from the middle. */
export function partAt(picture: Picture, {shape}: Fit, at: number): Picture {
  if (shape !== "square" || at === 0.5) return picture;
  const {left, top, side} = squareOf(picture, at);
  return crop(picture, left, top, side, side);
}

/** What captions say of a square that was moved. */
export function cutWords({shape}: Fit, at: number): string[] {
  return shape === "square" && at !== 0.5 ? [`square=${at}`] : [];
}

/** Whether a caption's option is about the square. */
export function isCut(option: string): boolean {
  return option.startsWith("square=");
}
