/** Lays a figure out as an export wants it, has its canvases write down what they paint, and puts all back. */
import {isDark, repaint, turnDark} from "../../ui/dom.js";
import {startRecording, stopRecording} from "../../ui/ink.js";
import {typefaces, type FamilyId} from "./faces.js";
import {useFamily} from "./fonts.js";

/** How a figure is laid out for an export. */
export interface PaperLayout {
  /** In the colours on the screen; otherwise on white, however dark the page is. */
  asShown?: boolean;
  /** Its width in pixels of the page; as it is without one. */
  width?: number;
  /** The typeface; the page's own without one. */
  family?: FamilyId;
  /** Parts that are left out and take no room, as a selector. */
  without?: string;
}

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** One export at a time: each changes how the page looks for a moment. */
let before: Promise<unknown> = Promise.resolve();

/**
 * Calls `draw` while the figure is laid out and recorded. A cover spares the reader the flash.
 *
 * @returns what `draw` returns
 */
export function onStage<T>(figure: HTMLElement, layout: PaperLayout, draw: () => T | Promise<T>): Promise<T> {
  const turn = before.then(() => perform(figure, layout, draw));
  before = turn.catch(() => {});
  return turn;
}

async function perform<T>(figure: HTMLElement, layout: PaperLayout, draw: () => T | Promise<T>): Promise<T> {
  const {asShown = false, width, family, without} = layout;
  if (family) await useFamily(family);
  const dark = isDark();
  const lighten = dark && !asShown;
  const changes = lighten || width !== undefined || family !== undefined;
  document.documentElement.classList.toggle("is-saving", changes);
  const restore = dress(figure, width, family);
  const unhide = hideParts(figure, without);
  startRecording(figure);
  try {
    if (lighten) turnDark(false);
    else repaint();
    // Charts hear of the theme and of their width at once, and may paint in the frame after.
    await settled(changes ? 4 : 2);
    return await draw();
  } finally {
    stopRecording();
    unhide();
    restore();
    if (lighten) turnDark(true);
    await settled(1);
    repaint();
    document.documentElement.classList.remove("is-saving");
  }
}

async function settled(frames: number): Promise<void> {
  for (let i = 0; i < frames; ++i) await frame();
}

/** Gives a figure a width and a typeface; the result takes them away again. */
function dress(figure: HTMLElement, width: number | undefined, family: FamilyId | undefined): () => void {
  const kept = figure.getAttribute("style");
  const {style} = figure;
  figure.classList.add("is-exported");
  figure.classList.toggle("is-narrow-export", width !== undefined);
  if (width !== undefined) {
    style.width = `${width}px`;
    style.maxWidth = "none";
    style.boxSizing = "border-box";
  }
  if (family) for (const name of ["--serif", "--sans-serif"]) style.setProperty(name, `"${typefaces[family].name}"`);
  return () => {
    figure.classList.remove("is-exported", "is-narrow-export");
    if (kept === null) figure.removeAttribute("style");
    else figure.setAttribute("style", kept);
  };
}

/** Takes parts of a figure away; the result brings them back. */
function hideParts(figure: HTMLElement, without: string | undefined): () => void {
  const parts = without ? [...figure.querySelectorAll<HTMLElement>(without)] : [];
  const displays = parts.map(({style}) => style.display);
  for (const {style} of parts) style.display = "none";
  return () => parts.forEach(({style}, i) => (style.display = displays[i]));
}
