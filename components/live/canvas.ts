import type {Shown} from "./protocol.js";

/** Pixels as a canvas that figures can draw. */
export function canvasOf({width, height, rgba}: Shown): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")!.putImageData(new ImageData(rgba, width, height), 0, 0);
  return canvas;
}
