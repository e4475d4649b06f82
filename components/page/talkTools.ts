/** What a speaker has at hand beside the slides: a black screen, and a pointer of light. */
import {h} from "../ui/dom.js";

const black = h(
  "div",
  {class: "talk-black", role: "status"},
  h("span", {class: "visually-hidden"}, "The screen is black.")
);
const laser = h("div", {class: "talk-laser", "aria-hidden": "true"});

/** Makes the screen black, or ends that. */
export function goBlack(): void {
  if (!liftBlack()) document.documentElement.append(black);
}

/** Ends a black screen; false where there is none. */
export function liftBlack(): boolean {
  const was = black.isConnected;
  black.remove();
  return was;
}

/** Turns the pointer into a red point, or back. */
export function toggleLaser(): void {
  if (laser.isConnected) endLaser();
  else {
    document.documentElement.append(laser);
    document.documentElement.classList.add("has-laser");
    addEventListener("pointermove", follow);
  }
}

/** Ends both. */
export function endTools(): void {
  liftBlack();
  endLaser();
}

function endLaser(): void {
  laser.remove();
  document.documentElement.classList.remove("has-laser");
  removeEventListener("pointermove", follow);
}

function follow({clientX, clientY}: PointerEvent): void {
  laser.style.transform = `translate(${clientX}px, ${clientY}px)`;
}

black.addEventListener("click", liftBlack);
