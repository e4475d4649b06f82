/** Small pictures made of colours, to be drawn over a photo. */

/** A picture of colours in [0, 1], three a patch; a patch without colour stays clear. */
export function colourPicture(
  colours: ArrayLike<number>,
  [rows, columns]: readonly [number, number]
): HTMLCanvasElement {
  const image = new ImageData(columns, rows);
  for (let i = 0; i < rows * columns; ++i) {
    for (let channel = 0; channel < 3; ++channel) image.data[i * 4 + channel] = 255 * colours[i * 3 + channel];
    image.data[i * 4 + 3] = Number.isNaN(colours[i * 3]) ? 0 : 255;
  }
  return picture(image);
}

/** A canvas that holds an image and nothing else. */
export function picture(image: ImageData): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d")!.putImageData(image, 0, 0);
  return canvas;
}
