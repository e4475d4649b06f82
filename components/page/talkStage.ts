/**
 * A talk that goes on to another page in full screen. A browser leaves full screen with the page that asked for it, so
 * the other page is shown within this one, which stays; once full screen ends, the address becomes that of what was shown.
 */
import {h} from "../ui/dom.js";

/** Whether this page is shown within another page's talk. */
const isStaged = () => window.parent !== window && window.frameElement?.classList.contains("talk-stage") === true;

/** Goes to another page of the site; full screen stays full screen. */
export function goTo(address: string): void {
  if (document.fullscreenElement && !isStaged()) stage(address);
  else location.assign(address);
}

function stage(address: string): void {
  const frame = h("iframe", {
    class: "talk-stage",
    src: address,
    title: "The talk, on another page",
    allow: "fullscreen"
  });
  const end = () => {
    if (document.fullscreenElement) return;
    document.removeEventListener("fullscreenchange", end);
    location.assign(frame.contentWindow?.location.href ?? address);
  };
  // Keys are for the slides that are seen.
  frame.addEventListener("load", () => frame.contentWindow?.focus());
  document.addEventListener("fullscreenchange", end);
  document.documentElement.append(frame);
}

/** The document whose full screen it is. */
const stageDocument = () => (isStaged() ? window.parent.document : document);

/** Ends full screen, where there is one. */
export function leaveFullScreen(): void {
  const {fullscreenElement} = stageDocument();
  if (fullscreenElement) void stageDocument().exitFullscreen();
}

/** Fills the screen, or ends that. */
export function toggleFullScreen(): void {
  if (stageDocument().fullscreenElement) leaveFullScreen();
  // Some phones have none; the talk fills their window anyway.
  else document.documentElement.requestFullscreen?.().catch(() => {});
}
