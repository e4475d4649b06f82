/** The reader's picture, small, with the square that the model looks at: it can be moved along the longer side. */
import {h} from "../../ui/dom.js";
import {canvasOf} from "../canvas.js";
import {squareOf} from "../cut.js";
import type {Shown} from "../protocol.js";
import type {LiveSession} from "./session.js";

/** How far a key moves the square: a share of its way. */
const step = 0.05;

/** The longer side of a picture is drawn at most so many times as long as the shorter. */
const longest = 6;

/** Shows the session's picture and its square; a square that was moved is run when it is let go. */
export function pictureFrame(session: LiveSession): HTMLElement {
  const square = h("div", {
    class: "crop-square",
    role: "slider",
    tabindex: 0,
    "aria-label": "The square that the model looks at",
    "aria-valuemin": 0,
    "aria-valuemax": 100,
    title: "Drag the square, or move it with the arrow keys"
  });
  const place = h("div", {class: "crop-picture"});
  const says = h("small", {class: "crop-note"});
  const element = h("figure", {class: "crop-frame", "aria-label": "The picture"}, place, says);
  let shown: Shown | undefined;
  let at = 0.5;
  const draw = () => {
    if (!shown) return;
    const {width, height} = shown;
    const {left, top, side} = squareOf(shown, at);
    const share = (part: number, whole: number) => `${(100 * part) / whole}%`;
    square.style.left = share(left, width);
    square.style.top = share(top, height);
    square.style.width = share(side, width);
    square.style.height = share(side, height);
    square.setAttribute("aria-valuenow", String(Math.round(100 * at)));
    square.setAttribute("aria-orientation", width >= height ? "horizontal" : "vertical");
  };
  const move = (to: number) => {
    at = Math.round(1000 * Math.min(1, Math.max(0, to))) / 1000;
    draw();
  };
  const run = () => at !== session.state.at && void session.run({at});
  whenDragged(square, {
    begin: () => {
      const {width, height} = place.getBoundingClientRect();
      const from = at;
      const way = Math.abs(width - height);
      return (x, y) => move(from + (width >= height ? x : y) / Math.max(1, way));
    },
    end: run
  });
  square.addEventListener("keydown", (event) => {
    const to = {ArrowLeft: at - step, ArrowUp: at - step, ArrowRight: at + step, ArrowDown: at + step, Home: 0, End: 1}[
      event.key
    ];
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  });
  square.addEventListener("keyup", run);
  session.subscribe(({whole, fit, at: now, chosen}) => {
    element.hidden = !whole;
    if (!whole) return;
    const movable = fit.shape === "square" && whole.width !== whole.height;
    square.hidden = fit.shape !== "square";
    square.classList.toggle("is-movable", movable);
    square.tabIndex = movable ? 0 : -1;
    const size = `${chosen?.title ?? ""}: `;
    says.textContent =
      size +
      (fit.shape === "whole"
        ? "the model looks at all of it"
        : movable
          ? "drag the square to what the model shall look at"
          : "the model looks at all of it");
    if (shown !== whole) {
      shown = whole;
      const ratio = Math.min(longest, Math.max(1 / longest, whole.width / whole.height));
      place.style.setProperty("--picture-ratio", String(ratio));
      place.replaceChildren(canvasOf(whole), square);
    }
    at = now;
    draw();
  });
  return element;
}

/** Follows a drag: `begin` returns what is told how far the pointer has come, in pixels. */
function whenDragged(
  element: HTMLElement,
  {begin, end}: {begin: () => (x: number, y: number) => void; end: () => void}
): void {
  let follow: ((event: PointerEvent) => void) | undefined;
  element.addEventListener("pointerdown", (event) => {
    if (!element.classList.contains("is-movable")) return;
    element.setPointerCapture(event.pointerId);
    const to = begin();
    follow = ({clientX, clientY}) => to(clientX - event.clientX, clientY - event.clientY);
  });
  element.addEventListener("pointermove", (event) => follow?.(event));
  for (const name of ["pointerup", "pointercancel"] as const)
    element.addEventListener(name, () => {
      if (!follow) return;
      follow = undefined;
      end();
    });
}
