/**
 * Colour maps and the scales in front of them. Lightness is even by construction: it is the axis
 * that the maps are built along, in OKLab, where equal steps look equal.
 */

/** How a value is stretched before it gets a colour. */
export type Scale = "sqrt" | "linear" | "log";

/** 256 opaque colours, as bytes in the order red, green, blue, alpha. */
export type ColourMap = Uint8ClampedArray;

/** From the least to the greatest value that a map's colours span. */
export type Domain = readonly [low: number, high: number];

const size = 256;

/**
 * The place of a value in a domain, from 0 to 1; values outside are clamped and NaN gives 0.
 * `log` spans the domain's top three decades, because a domain that starts at 0 has no logarithm.
 */
export function position(value: number, [low, high]: Domain, scale: Scale): number {
  if (!(high > low)) return 0;
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  if (!(t > 0)) return 0;
  switch (scale) {
    case "linear":
      return t;
    case "sqrt":
      return Math.sqrt(t);
    case "log":
      return Math.max(0, 1 + Math.log10(t) / logDecades);
    default:
      throw new Error(`invalid scale: ${scale satisfies never}`);
  }
}

/** The value at a place from 0 to 1: the inverse of `position`. */
export function valueAt(t: number, [low, high]: Domain, scale: Scale): number {
  switch (scale) {
    case "linear":
      return low + t * (high - low);
    case "sqrt":
      return low + t * t * (high - low);
    case "log":
      return low + 10 ** ((t - 1) * logDecades) * (high - low);
    default:
      throw new Error(`invalid scale: ${scale satisfies never}`);
  }
}

/** How many decades below its top a logarithmic scale shows. */
const logDecades = 3;

/** The place of a signed value: 0 is always in the middle, whatever the domain's two ends. */
export function signedPosition(value: number, reach: number, scale: Scale): number {
  if (!(reach > 0) || Number.isNaN(value)) return 0.5;
  return 0.5 + (Math.sign(value) * position(Math.abs(value), [0, reach], scale)) / 2;
}

/** Light to dark on light ground and dark to light on dark ground, so that nothing is the colour of the page. */
export function sequential(dark: boolean): ColourMap {
  return dark ? (darkSequential ??= ramp(darkStops)) : (lightSequential ??= ramp(lightStops));
}

/**
 * Below zero orange, the diagonal's colour; above zero purple, the class token's: the margin
 * a_ci - a_ii then says in its colour which of the two is greater. Zero is the page's own neutral.
 */
export function diverging(dark: boolean): ColourMap {
  return dark ? (darkDiverging ??= ramp(darkSigned)) : (lightDiverging ??= ramp(lightSigned));
}

/** Categorical colours for masks, far apart in hue and lightness; the same class is always the same index. */
export const categories: readonly string[] = [
  "#4269d0",
  "#efb118",
  "#ff725c",
  "#3ca951",
  "#a463f2",
  "#97bbf5",
  "#9c6b4e",
  "#ff8ab7",
  "#6cc5b0",
  "#2b3a67",
  "#b5c93d",
  "#7a2e39",
  "#e8d5a3",
  "#10706a",
  "#d04fb0",
  "#9498a0"
];

/** The colour of class `index`; more classes than colours wrap around. */
export function category(index: number): string {
  return categories[((index % categories.length) + categories.length) % categories.length];
}

/** A colour of a map as CSS, for legends and vector drawings. */
export function css(map: ColourMap, t: number): string {
  const i = index(t) * 4;
  return `rgb(${map[i]},${map[i + 1]},${map[i + 2]})`;
}

/** The entry of a 256-colour map for a place from 0 to 1. */
export function index(t: number): number {
  return Math.min(size - 1, Math.max(0, Math.round(t * (size - 1))));
}

/** Lightness, chroma and hue (degrees) in OKLCh. */
type Stop = readonly [lightness: number, chroma: number, hue: number];

const lightStops: Stop[] = [
  [0.975, 0.012, 230],
  [0.73, 0.1, 205],
  [0.49, 0.12, 250],
  [0.25, 0.1, 288]
];
const darkStops: Stop[] = [
  [0.215, 0.018, 270],
  [0.46, 0.12, 265],
  [0.7, 0.11, 215],
  [0.95, 0.06, 150]
];
const lightSigned: Stop[] = [
  [0.55, 0.13, 65],
  [0.77, 0.13, 75],
  [0.965, 0.004, 90],
  [0.7, 0.14, 305],
  [0.43, 0.21, 300]
];
const darkSigned: Stop[] = [
  [0.86, 0.16, 85],
  [0.58, 0.12, 75],
  [0.27, 0.006, 270],
  [0.52, 0.17, 300],
  [0.8, 0.13, 305]
];

let lightSequential: ColourMap | undefined;
let darkSequential: ColourMap | undefined;
let lightDiverging: ColourMap | undefined;
let darkDiverging: ColourMap | undefined;

/** Interpolates stops in OKLab, not OKLCh, so that a passage between hues never turns garish. */
function ramp(stops: Stop[]): ColourMap {
  const map = new Uint8ClampedArray(size * 4);
  const points = stops.map(([l, c, h]) => {
    const angle = (h * Math.PI) / 180;
    return [l, c * Math.cos(angle), c * Math.sin(angle)];
  });
  for (let i = 0; i < size; ++i) {
    const at = (i / (size - 1)) * (points.length - 1);
    const k = Math.min(points.length - 2, Math.floor(at));
    const [l, a, b] = points[k].map((p, j) => p + (points[k + 1][j] - p) * (at - k));
    map.set(toBytes(l, a, b), i * 4);
  }
  return map;
}

/** OKLab to sRGB bytes. Out-of-gamut channels are clamped by the array that they are written to. */
function toBytes(lightness: number, a: number, b: number): number[] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encode(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encode(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encode(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
    255
  ];
}

function encode(linear: number): number {
  const clamped = Math.min(1, Math.max(0, linear));
  return 255 * (clamped <= 0.0031308 ? 12.92 * clamped : 1.055 * clamped ** (1 / 2.4) - 0.055);
}
