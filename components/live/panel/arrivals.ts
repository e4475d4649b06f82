/** Pictures that are dropped on the page or pasted into it. */

import {isArrayName} from "./dump.js";
import {isModelFile} from "./modelFiles.js";

/** Runs a picture; `note` says what the reader should know of how it came. */
export type Open = (file: Blob, title: string, note?: string) => void;

/** Tells the reader that what came cannot be used. */
export type Refuse = (reason: string) => void;

/** What becomes of dropped files. */
export interface Arrivals {
  picture: Open;
  /** The files of a model, or a dump of attention with its photo, dropped together. */
  others: (files: readonly File[]) => void;
  refuse: Refuse;
}

/** Takes pictures and other files dropped anywhere on the page; `panel` comes into view. */
export function acceptDrops(panel: HTMLElement, {picture, others, refuse}: Arrivals): void {
  const over = (on: boolean) => document.documentElement.classList.toggle("is-dropping", on);
  addEventListener("dragover", (event) => {
    if (!takes(event)) return;
    event.preventDefault();
    over(true);
  });
  addEventListener("dragleave", (event) => event.relatedTarget === null && over(false));
  addEventListener("drop", (event) => {
    over(false);
    if (!takes(event)) return;
    // The browser would leave the page for what was dropped.
    event.preventDefault();
    panel.scrollIntoView({block: "nearest"});
    const files = [...event.dataTransfer!.files];
    if (files.some((file) => isModelFile(file) || isArrayName(file))) return others(files);
    const file = pictureIn(files);
    if (!file) return refuse("A link was dropped, not a file. Save the picture first, then drop or open that.");
    picture(
      file,
      file.name,
      files.length > 1 ? `${files.length} files were dropped; ${file.name} was taken.` : undefined
    );
  });
}

/** Takes pasted pictures; pasted text goes where it always went. */
export function acceptPastes(open: Open, refuse: Refuse): void {
  addEventListener("paste", (event) => {
    const file = pictureIn([...(event.clipboardData?.files ?? [])]);
    if (file) return open(file, "a pasted picture");
    if (!isField(event.target))
      refuse("There is no picture in the clipboard. Copy one, not its file name or a link to it, and paste again.");
  });
}

/** What is to be opened: the first picture, or else the first file, which is then refused by its kind. */
function pictureIn(files: readonly File[]): File | undefined {
  return files.find(({type}) => type.startsWith("image/")) ?? files[0];
}

/** Files anywhere, and links where they would be followed; text can still be dragged into fields. */
function takes({dataTransfer, target}: DragEvent): boolean {
  const types = dataTransfer?.types ?? [];
  return types.includes("Files") || (types.includes("text/uri-list") && !isField(target));
}

function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, [contenteditable]") !== null;
}
