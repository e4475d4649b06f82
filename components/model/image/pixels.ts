/** Pictures as the model sees them: three bytes a pixel, RGB, rows first, no padding. */

export interface Picture {
  width: number;
  height: number;
  /** width × height × 3 bytes. */
  data: Uint8Array | Uint8ClampedArray;
}

/**
 * A picture of RGB or RGBA bytes (a canvas's `ImageData`, a decoder's output).
 *
 * Transparent pixels are shown on white. Dropping the alpha channel, as OpenCV and PIL's `convert("RGB")` do,
 * reveals whatever colour an editor left under the transparency (often black, sometimes noise); white is what
 * people see around a cut-out object on a page, so the model sees what its user sees.
 *
 * @throws Error when the size is not positive, or the bytes are not 3 or 4 a pixel
 */
export function picture({width, height, data}: Picture): Picture {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0))
    throw new Error(`A picture of ${width} × ${height} pixels cannot be used.`);
  const pixels = width * height;
  if (data.length === 3 * pixels) return {width, height, data};
  if (data.length !== 4 * pixels)
    throw new Error(`${data.length} bytes are neither RGB nor RGBA for ${width} × ${height} pixels.`);
  const out = new Uint8Array(3 * pixels);
  for (let i = 0, from = 0, to = 0; i < pixels; ++i, from += 4) {
    const alpha = data[from + 3];
    for (let channel = 0; channel < 3; ++channel)
      out[to++] = alpha === 255 ? data[from + channel] : Math.round((data[from + channel] * alpha) / 255 + 255 - alpha);
  }
  return {width, height, data: out};
}

/**
 * The part of a picture with its top left corner at (left, top), as a copy.
 *
 * @throws RangeError when the part is not inside the picture
 */
export function crop(source: Picture, left: number, top: number, width: number, height: number): Picture {
  if (left < 0 || top < 0 || width < 1 || height < 1 || left + width > source.width || top + height > source.height)
    throw new RangeError(
      `${width} × ${height} pixels at (${left}, ${top}) are not inside ${source.width} × ${source.height}.`
    );
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; ++y) {
    const from = 3 * ((top + y) * source.width + left);
    data.set(source.data.subarray(from, from + 3 * width), 3 * y * width);
  }
  return {width, height, data};
}
