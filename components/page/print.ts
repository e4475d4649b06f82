/**
 * Paper. Charts paint for the width that they have on the screen and hear of another only after a frame, which a printer
 * does not wait for: each figure keeps its width and is made smaller as a whole, so that nothing is stretched.
 */

/** The width of a page's content, in CSS pixels: A4 and letter with their usual margins have a little more. */
const paperWidth = 680;

/** Keeps printed pages true to the screen. Call it once a page. */
export function preparePrint(): void {
  let restore: (() => void)[] = [];
  addEventListener("beforeprint", () => {
    const root = document.documentElement;
    if (root.classList.contains("is-talking")) {
      root.classList.replace("is-talking", "prints-slides");
      restore.push(() => root.classList.replace("prints-slides", "is-talking"));
    }
    restore.push(...[...document.querySelectorAll<HTMLElement>("figure.figure")].map(shrink));
  });
  addEventListener("afterprint", () => {
    for (const undo of restore) undo();
    restore = [];
  });
}

function shrink(figure: HTMLElement): () => void {
  const width = figure.getBoundingClientRect().width;
  const {style} = figure;
  const before = figure.getAttribute("style");
  if (width > paperWidth) {
    style.width = `${width}px`;
    style.maxWidth = "none";
    style.zoom = String(paperWidth / width);
  }
  return () => (before === null ? figure.removeAttribute("style") : figure.setAttribute("style", before));
}
