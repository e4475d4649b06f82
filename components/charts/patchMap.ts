import type {Grid} from "../records/record.js";
import type {Domain, Scale} from "./colour.js";
import {fitCanvas, formatValue, h, isDark, whenResized} from "../ui/dom.js";
import type {Drawing} from "../ui/drawing.js";
import {changedKeys, drawing} from "../ui/drawing.js";
import type {MarkName} from "./marks.js";
import {drawMark, drawRings, marks as markTable} from "./marks.js";
import {valuePixels} from "./pixels.js";
import {patchName} from "./reading.js";

/** A mark on a patch. */
export interface PatchMark {
  patch: number;
  mark: MarkName;
}

export interface PatchMapOptions {
  grid: Grid;
  /** One value a patch, row-major; without them the photo is shown alone. */
  values?: ArrayLike<number> | null;
  /** What the colours span; without it, from 0 to the greatest value. Signed maps use its second end on both sides. */
  domain?: Domain;
  scale?: Scale;
  /** Whether values have a sign: a diverging map with a neutral zero. */
  signed?: boolean;
  /** Drawn below the values; with both, values are a single hue that lets the photo through. */
  photo?: CanvasImageSource | null;
  /** Colours made elsewhere, such as a mask, drawn over the photo as they are: its pixels stay squares. */
  picture?: HTMLCanvasElement | null;
  /** How much of the photo the picture hides. */
  opacity?: number;
  /** What a patch of the picture says, for whoever cannot see it. */
  name?: (patch: number) => string;
  marks?: readonly PatchMark[];
  hover?: number | null;
  brush?: ReadonlySet<number> | null;
  /** What rows and columns are, where the cells are no patches of a photo. */
  axes?: readonly [down: string, across: string];
  /** Whether thin lines part the patches. */
  lines?: boolean;
  /** What the values are, as a sentence would say it: "attention from the class token". */
  label: string;
  /** After a value: "times uniform". */
  unit?: string;
  onHover?: (patch: number | null) => void;
  /** `other` is true with Shift held: pin the other token. */
  onPick?: (patch: number, other: boolean) => void;
  /** The corners of a rectangle, as it is drawn: by dragging, or with Shift and the arrow keys. */
  onBrush?: (from: number, to: number) => void;
}

/** The pointer previews, a click picks; arrow keys move and say where they are, Enter and Space pick. */
function listen(element: HTMLElement, now: () => PatchMapOptions, say: (patch: number) => void): void {
  const patchAt = (event: MouseEvent): number => {
    const box = element.getBoundingClientRect();
    const [rows, columns] = now().grid;
    const column = clamp(Math.floor(((event.clientX - box.left) / box.width) * columns), columns);
    const row = clamp(Math.floor(((event.clientY - box.top) / box.height) * rows), rows);
    return row * columns + column;
  };
  /** Where a rectangle begins. */
  let corner: number | null = null;
  let dragging = false;
  if (now().onBrush) {
    // A finger that moves up or down scrolls the page.
    element.style.touchAction = "pan-y";
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      const patch = patchAt(event);
      if (!event.shiftKey || corner === null) corner = patch;
      dragging = true;
      element.setPointerCapture(event.pointerId);
      now().onBrush!(corner, patch);
    });
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, () => (dragging = false));
  }
  element.addEventListener("pointermove", (event) => {
    const patch = patchAt(event);
    now().onHover?.(patch);
    if (dragging && corner !== null) now().onBrush!(corner, patch);
  });
  element.addEventListener("pointerleave", () => now().onHover?.(null));
  element.addEventListener("click", (event) => now().onPick?.(patchAt(event), event.shiftKey));
  element.addEventListener("blur", () => now().onHover?.(null));
  element.addEventListener("keydown", (event) => {
    const {hover = null, grid, onHover, onPick, onBrush} = now();
    const next = step(event.key, hover, grid);
    if (next !== undefined) {
      if (!event.shiftKey) corner = next;
      else onBrush?.((corner ??= hover ?? next), next);
      onHover?.(next);
      say(next);
    } else if ((event.key === "Enter" || event.key === " ") && hover !== null) {
      onPick?.(hover, event.shiftKey);
      onBrush?.((corner = hover), hover);
    } else return;
    event.preventDefault();
  });
}

/**
 * A map of one value a patch: crisp squares, plain or over the photo, with marks. The pointer
 * previews, a click pins, arrow keys move; whoever cannot see it hears the patch and its value.
 */
export function patchMap(options: PatchMapOptions): Drawing<PatchMapOptions> {
  let state: PatchMapOptions = {scale: "sqrt", unit: "", marks: [], ...options};
  let [width, height] = [0, 0];
  const ground = h("canvas", {"aria-hidden": "true"});
  const base = h("canvas", {"aria-hidden": "true", class: "crisp"});
  const overlay = h("canvas", {"aria-hidden": "true"});
  const spoken = h("span", {class: "visually-hidden", "aria-live": "polite"});
  const active = Boolean(options.onHover ?? options.onPick ?? options.onBrush);
  const element = h(
    "div",
    {class: "patch-map", role: active ? "application" : "img", tabindex: active ? 0 : null},
    ground,
    base,
    overlay,
    spoken
  );
  if (active) element.setAttribute("aria-roledescription", "patch grid");

  if (active)
    listen(
      element,
      () => state,
      (patch) => (spoken.textContent = describePatch(state, patch))
    );

  const name = () => {
    const [rows, columns] = state.grid;
    element.style.aspectRatio = `${columns} / ${rows}`;
    // A picture that is much higher than wide stays within a screen.
    element.style.maxWidth = widestOf(state.grid, 40);
    const brushing = " Arrow keys move, Enter begins a rectangle, Shift and arrow keys extend it.";
    const keys = active ? (options.onBrush ? brushing : " Arrow keys move, Enter pins.") : "";
    element.setAttribute("aria-label", `${state.label}: a grid of ${rows} by ${columns} ${cellsOf(state)}.${keys}`);
  };
  const paintGround = () => {
    ground.hidden = !state.photo && !state.lines;
    if (width > 0 && !ground.hidden) paintPhoto(fitCanvas(ground, width, height), state, width, height);
  };
  const paint = () => {
    base.hidden = !state.values && !state.picture;
    base.style.opacity = String(state.picture ? (state.opacity ?? 1) : 1);
    if (state.picture) paintPicture(base, state.picture);
    else if (state.values) paintValues(base, state);
  };
  const mark = () => {
    if (width > 0) paintMarks(fitCanvas(overlay, width, height), state, width, height);
  };
  whenResized(element, (w, hgt) => {
    [width, height] = [w, hgt];
    paintGround();
    paint();
    mark();
  });
  name();

  return drawing<PatchMapOptions, HTMLDivElement>(element, (change) => {
    const changed = changedKeys(state, change);
    if (changed.length === 0) return;
    state = {...state, ...change};
    if (["grid", "label", "axes"].some((key) => changed.includes(key as keyof PatchMapOptions))) name();
    // Each layer is repainted when what it shows changes, and marks change most often.
    const any = (...keys: (keyof PatchMapOptions)[]) => keys.some((key) => changed.includes(key));
    if (any("photo", "lines", "grid") || (state.photo && any("values"))) paintGround();
    if (any("values", "domain", "scale", "signed", "grid", "photo", "picture")) paint();
    else if (any("opacity") && state.picture) base.style.opacity = String(state.opacity ?? 1);
    // Neither values nor opacity move a mark.
    if (any("grid", "marks", "hover", "brush")) mark();
  });
}

function cellsOf({axes}: PatchMapOptions): string {
  return axes ? `cells, a ${axes[0]} a row` : "patches";
}

/** The patch and its value in words, as hovering and the keyboard tell it. */
export function describePatch({grid, values, unit, label, name, axes}: PatchMapOptions, patch: number): string {
  const [row, column] = [Math.floor(patch / grid[1]) + 1, (patch % grid[1]) + 1];
  const where = axes ? `${axes[0]} ${row}, ${axes[1]} ${column}` : `patch ${patchName(patch, grid[1])}`;
  if (name) return `${where}: ${name(patch)}`;
  return values ? `${where}: ${formatValue(values[patch])} ${unit ?? ""}`.trimEnd() : `${label}, ${where}`;
}

/** Where a key leads from a patch; undefined for a key that does not move. */
export function step(key: string, from: number | null, [rows, columns]: Grid): number | undefined {
  const moves: Record<string, readonly [number, number]> = {
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    Home: [0, -columns],
    End: [0, columns]
  };
  const move = moves[key];
  if (!move) return undefined;
  if (from === null) return Math.floor(rows / 2) * columns + Math.floor(columns / 2);
  const row = clamp(Math.floor(from / columns) + move[0], rows);
  const column = clamp((from % columns) + move[1], columns);
  return row * columns + column;
}

function clamp(value: number, count: number): number {
  return Math.min(count - 1, Math.max(0, value));
}

/** The width, as CSS, that keeps a map much higher than wide within a height in rem; none is needed for other grids. */
export function widestOf([rows, columns]: Grid, height: number): string {
  return rows > 2 * columns ? `${(height * columns) / rows}rem` : "";
}

/** Draws a map's values and marks into a box of another drawing, as a thumbnail has them: no photo, no pointing. */
export function paintThumbnail(
  context: CanvasRenderingContext2D,
  state: PatchMapOptions,
  {x, y, width, height}: {x: number; y: number; width: number; height: number}
): void {
  if (!state.values?.length) return;
  const values = document.createElement("canvas");
  paintValues(values, state);
  context.save();
  context.translate(x, y);
  context.imageSmoothingEnabled = false;
  context.drawImage(values, 0, 0, width, height);
  paintMarks(context, state, width, height);
  context.restore();
}

/** The photo and the lines between patches: what lies below the values and hardly changes. */
function paintPhoto(context: CanvasRenderingContext2D, state: PatchMapOptions, width: number, height: number): void {
  const {photo, values, lines, grid} = state;
  if (photo) context.drawImage(photo, 0, 0, width, height);
  if (photo && values) {
    // A photo keeps its own light and colour out of the way of the hue laid on it.
    context.fillStyle = isDark() ? "rgba(16,18,22,0.55)" : "rgba(20,22,28,0.5)";
    context.fillRect(0, 0, width, height);
  }
  if (lines) paintLines(context, grid, width, height);
}

/** One pixel a patch: the page scales the canvas up without smoothing, so squares are crisp and painting is cheap. */
function paintValues(canvas: HTMLCanvasElement, state: PatchMapOptions): void {
  const {grid, values, photo, signed, scale, domain} = state;
  const [rows, columns] = grid;
  const image = valuePixels(values!, grid, {domain, scale, signed, hue: photo ? overlayHue : undefined});
  if (canvas.width !== columns || canvas.height !== rows) {
    canvas.width = columns;
    canvas.height = rows;
  }
  canvas.getContext("2d")!.putImageData(image, 0, 0);
}

/** A picture keeps its own pixels; the page scales them up, and its opacity is the canvas's own. */
function paintPicture(canvas: HTMLCanvasElement, picture: HTMLCanvasElement): void {
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d")!.drawImage(picture, 0, 0);
}

/** The single hue of values over a photo: a yellow that few photos contain in this strength. */
const overlayHue = [255, 226, 74] as const;

function paintLines(context: CanvasRenderingContext2D, [rows, columns]: Grid, width: number, height: number): void {
  context.strokeStyle = "rgba(255,255,255,0.22)";
  context.lineWidth = 1;
  context.beginPath();
  for (let column = 1; column < columns; ++column) {
    const x = (column * width) / columns;
    context.moveTo(x, 0);
    context.lineTo(x, height);
  }
  for (let row = 1; row < rows; ++row) {
    const y = (row * height) / rows;
    context.moveTo(0, y);
    context.lineTo(width, y);
  }
  context.stroke();
}

/** The marks of outlier sets. */
const rings = ["outlier", "repaired", "isolated"] as const;

/** Below this many pixels a patch, rings become dots. */
const smallCell = 8;

function paintMarks(context: CanvasRenderingContext2D, state: PatchMapOptions, width: number, height: number): void {
  const [rows, columns] = state.grid;
  const [cellWidth, cellHeight] = [width / columns, height / rows];
  // A photo is neither light nor dark; white parts a mark from most of what it shows.
  const ground = isDark() && !state.photo ? "#16181c" : "#ffffff";
  const corner = (patch: number) => [(patch % columns) * cellWidth, Math.floor(patch / columns) * cellHeight] as const;
  if (state.brush) {
    context.strokeStyle = markTable.brushed.colour;
    context.lineWidth = 2;
    for (const patch of state.brush) context.strokeRect(...inset(corner(patch), cellWidth, cellHeight, 1.5));
  }
  const cell = Math.min(cellWidth, cellHeight);
  const centre = (patch: number) => {
    const [x, y] = corner(patch);
    return [x + cellWidth / 2, y + cellHeight / 2] as const;
  };
  const placesOf = (mark: MarkName) =>
    (state.marks ?? []).filter((place) => place.mark === mark).map(({patch}) => centre(patch));
  // Below the rings: a token that is both shows its cross inside and around its ring.
  const {highNorm} = markTable;
  for (const [x, y] of placesOf("highNorm"))
    drawMark(context, highNorm, x, y, cell < smallCell ? 5 : cell * 0.9, ground);
  for (const mark of rings) {
    const places = placesOf(mark);
    // On a thumbnail a ring would hide its patch and its neighbours; a dot says the same.
    if (cell < smallCell) {
      context.fillStyle = markTable[mark].colour;
      for (const [x, y] of places) context.fillRect(x - 1.25, y - 1.25, 2.5, 2.5);
    } else drawRings(context, markTable[mark], places, cell * 0.56, ground);
  }
  for (const [x, y] of placesOf("own")) drawMark(context, markTable.own, x, y, Math.max(4, cell * 0.5), ground);
  for (const {patch, mark} of state.marks ?? []) {
    if (mark === "highNorm" || mark === "own" || rings.some((ring) => ring === mark)) continue;
    const [x, y] = centre(patch);
    drawMark(context, markTable[mark], x, y, Math.max(13, cell * 0.95), ground);
  }
  if (state.hover != null) {
    for (const [colour, margin] of [
      [ground, 0],
      [isDark() ? "#ffffff" : "#000000", -1.5]
    ] as const) {
      context.strokeStyle = colour;
      context.lineWidth = 1.5;
      context.strokeRect(...inset(corner(state.hover), cellWidth, cellHeight, margin));
    }
  }
}

function inset([x, y]: readonly [number, number], width: number, height: number, by: number) {
  return [x + by, y + by, width - 2 * by, height - 2 * by] as const;
}
