import {h} from "../../ui/dom.js";

/** What the browser's refusals mean, by their names. */
const reasons: Readonly<Record<string, string>> = {
  NotAllowedError:
    "The camera was not allowed. Allow it for this site in the browser’s address bar, or open a picture.",
  NotFoundError: "This machine has no camera. Open a picture instead.",
  NotReadableError: "The camera is busy: another program uses it. Close that and try again."
};

/** Whether this browser and page may ask for a camera. */
export function hasCamera(): boolean {
  return typeof navigator.mediaDevices?.getUserMedia === "function";
}

/**
 * Shows what the camera sees and takes one picture of it; null when the reader closes it. The stream
 * stays in the page and ends with the dialog.
 *
 * @throws Error in words when the camera is refused, missing or busy
 */
export async function photograph(): Promise<Blob | null> {
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: "environment", width: {ideal: 1280}}});
  } catch (cause) {
    throw new Error(reasons[(cause as Error).name] ?? `The camera cannot be used: ${(cause as Error).message}.`, {
      cause
    });
  }
  const video = h("video", {autoplay: true, playsinline: true, muted: true});
  video.srcObject = stream;
  const take = h("button", {type: "submit", value: "take"}, "Take the picture");
  const close = h("button", {type: "submit", value: ""}, "Close");
  const dialog = h(
    "dialog",
    {class: "help camera", "aria-label": "Camera"},
    h("form", {method: "dialog"}, video, h("p", {}, take, " ", close))
  );
  document.body.append(dialog);
  dialog.showModal();
  try {
    await new Promise((resolve) => dialog.addEventListener("close", resolve, {once: true}));
    return dialog.returnValue === "take" && video.videoWidth > 0 ? await frameOf(video) : null;
  } finally {
    for (const track of stream.getTracks()) track.stop();
    dialog.remove();
  }
}

async function frameOf(video: HTMLVideoElement): Promise<Blob> {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext("2d")!.drawImage(video, 0, 0);
  return canvas.convertToBlob({type: "image/png"});
}
