/** Pictures of pixels as addresses that hold them, for drawings that leave the page. */

/** The most pixels along a side of what is embedded. */
const most = 2048;

/** A map's pixels are repeated until there are about this many to one of the page: every reader then shows squares. */
const repeated = 3;

type Pixels = HTMLCanvasElement | HTMLImageElement | ImageBitmap;

/**
 * A picture as a data address. A map's pixels stay squares in programs that would smooth them, because each is repeated
 * a whole number of times; a photo is kept as JPEG.
 *
 * @param width how wide it is drawn, in pixels of the page
 */
export function imageAddress(picture: Pixels, crisp: boolean, width: number): string {
  const canvas = document.createElement("canvas");
  const wanted = crisp ? Math.ceil((repeated * width) / picture.width) : 1;
  const times = Math.max(1, Math.min(wanted, Math.floor(most / Math.max(picture.width, picture.height))));
  canvas.width = picture.width * times;
  canvas.height = picture.height * times;
  const context = canvas.getContext("2d")!;
  context.imageSmoothingEnabled = !crisp;
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const photo = picture instanceof HTMLImageElement;
  return photo ? canvas.toDataURL("image/jpeg", 0.92) : canvas.toDataURL("image/png");
}
