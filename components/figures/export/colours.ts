/** Colours as every program that reads SVG knows them. */

let context: CanvasRenderingContext2D | undefined;

/** A colour as "rgb(…)" or "rgba(…)"; "none" where nothing would be seen. Addresses of gradients stay as they are. */
export function plainColour(colour: string): string {
  if (colour === "none" || colour === "" || colour.startsWith("url(")) return colour || "none";
  const [r, g, b, a] = /^rgba?\(/.test(colour) ? numbers(colour) : painted(colour);
  if (a === 0) return "none";
  return a === undefined || a === 1 ? `rgb(${r},${g},${b})` : `rgba(${r},${g},${b},${a})`;
}

function numbers(colour: string): number[] {
  return (colour.match(/[\d.]+/g) ?? []).map(Number);
}

/** Newer notations, such as oklch: what a canvas makes of them. */
function painted(colour: string): number[] {
  context ??= onePixel().getContext("2d", {willReadFrequently: true})!;
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
  return [r, g, b, Math.round((a / 255) * 1000) / 1000];
}

function onePixel(): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  return canvas;
}
