/**
 * Fits a figure to the window. Its drawing is laid out at a width it was made for and then scaled as
 * a whole, so that type and lines grow with it and every figure is a slide without knowing of slides.
 */

/** Widths to lay a drawing out at, narrowest first: the narrower, the larger its type and lines. */
const widths = [640, 720, 860, 1000, 1150, 1280, 1500, 1750, 2100];

/** How much larger than the slide's title and line the type in a drawing may be. */
const mostOver = 1.15;

/** What would have to be made smaller than this to fit is scrolled instead, at the width it has on its page. */
const leastScale = 0.7;
const tallWidth = 1150;

/** Widths that were found to fit, by figure and room: a slide that was shown before is there at once. */
const found = new Map<string, number>();

/** Type of this size is read from the back of a room; more would only leave less room for the drawing. */
const mostType = 2.4;

/**
 * Makes a figure fill the window, now and whenever the window or the drawing changes.
 *
 * @returns puts the figure back as it was
 */
export function fitSlide(slide: HTMLElement): () => void {
  if (!slide.matches(".deck-slide")) return fitFigure(slide);
  setType(slide);
  let releases: (() => void)[] = [];
  const fit = () => {
    for (const release of releases) release();
    // The two sides of a split figure are fitted with it.
    const figures = [...slide.querySelectorAll<HTMLElement>("figure.figure")];
    releases = figures.filter((figure) => !figure.parentElement?.closest("figure.figure")).map(fitFigure);
  };
  // A slide's figures may come after it is shown, when their code and numbers are there.
  const arrivals = new MutationObserver((changes) => {
    const came = changes.some(({addedNodes}) =>
      [...addedNodes].some((node) => node instanceof Element && node.matches("figure.figure"))
    );
    if (came) fit();
  });
  arrivals.observe(slide, {childList: true, subtree: true});
  const onWindow = () => setType(slide);
  addEventListener("resize", onWindow);
  fit();
  return () => {
    arrivals.disconnect();
    removeEventListener("resize", onWindow);
    slide.style.removeProperty("--talk-type");
    for (const release of releases) release();
  };
}

function fitFigure(figure: HTMLElement): () => void {
  const slot = figure.querySelector<HTMLElement>(":scope > .figure-drawing");
  const drawing = slot?.firstElementChild;
  if (!slot || !(drawing instanceof HTMLElement || drawing instanceof SVGElement)) return () => {};
  let width = 0;
  let released = false;
  /** Counts searches, so that one that was overtaken stops. */
  let search = 0;

  const scaleAt = (layout: number) => {
    const {clientWidth, clientHeight} = slot;
    const height = heightOf(drawing);
    return height > 0 ? Math.min(clientWidth / layout, clientHeight / height) : clientWidth / layout;
  };
  const scroll = (on: boolean) => slot.classList.toggle("is-tall", on);
  const place = () => {
    if (released || width === 0) return;
    const fitting = scaleAt(width);
    const tall = fitting < leastScale && fitting < slot.clientWidth / width;
    scroll(tall);
    const scale = tall ? slot.clientWidth / width : fitting;
    const left = (slot.clientWidth - width * scale) / 2;
    const top = Math.max(0, (slot.clientHeight - heightOf(drawing) * scale) / 2);
    drawing.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
  };
  const layOut = async (layout: number) => {
    drawing.style.width = `${layout}px`;
    // A drawing hears of its new width after this frame's layout, and has its new height in the next.
    await frame();
    await frame();
    return scaleAt(layout);
  };
  const fit = async () => {
    const mine = ++search;
    const type = setType(figure);
    drawing.style.visibility = "hidden";
    const room = slot.clientWidth;
    const key = `${figure.id} ${room} ${slot.clientHeight}`;
    const known = found.get(key);
    let best = {layout: known ?? 0, scale: 0, cut: true};
    const least = room / (type * mostOver);
    for (const layout of known ? [] : [least, ...widths.filter((value) => value > least)]) {
      // Not even with all the height it wants could a wider layout be scaled further.
      if (!best.cut && room / layout <= best.scale) break;
      const scale = await layOut(layout);
      if (released || mine !== search) return;
      const cut = isCut(drawing);
      if ((best.cut && !cut) || (best.cut === cut && scale > best.scale * 1.02)) best = {layout, scale, cut};
    }
    // A table keeps the width that shows all its columns.
    if (best.scale < leastScale && !known && isPlain(drawing)) best.layout = Math.min(room, tallWidth);
    await layOut(best.layout);
    if (released || mine !== search) return;
    width = best.layout;
    // What is not drawn yet has no height to go by.
    if (!slot.classList.contains("is-empty")) found.set(key, width);
    drawing.style.visibility = "";
    place();
  };

  const onWindow = () => void fit();
  const sizes = new ResizeObserver(place);
  // A drawing that was waited for has its true height only now.
  const arrival = new MutationObserver(() => {
    if (empty === slot.classList.contains("is-empty")) return;
    empty = !empty;
    void fit();
  });
  let empty = slot.classList.contains("is-empty");
  arrival.observe(slot, {attributeFilter: ["class"]});
  sizes.observe(drawing);
  sizes.observe(slot);
  addEventListener("resize", onWindow);
  void fit();
  return () => {
    released = true;
    sizes.disconnect();
    arrival.disconnect();
    scroll(false);
    removeEventListener("resize", onWindow);
    figure.style.removeProperty("--talk-type");
    for (const property of ["width", "transform", "visibility"]) drawing.style.removeProperty(property);
  };
}

/** Parts that scroll inside themselves when they are too narrow for their columns. */
const scrolled = ".scroll";

const scrollers = (drawing: Element) => [
  ...(drawing.matches(scrolled) ? [drawing] : []),
  ...drawing.querySelectorAll(scrolled)
];

/** Whether some columns are out of sight. */
function isCut(drawing: Element): boolean {
  return scrollers(drawing).some(({scrollWidth, clientWidth}) => scrollWidth > clientWidth + 1);
}

function isPlain(drawing: Element): boolean {
  return scrollers(drawing).length === 0;
}

/** Sets how much larger than on the page titles, lines and legends are. */
function setType(figure: HTMLElement): number {
  const type = Math.max(1, Math.min(mostType, innerWidth / 900, innerHeight / 560));
  figure.style.setProperty("--talk-type", type.toFixed(3));
  return type;
}

/** The height of a layout before it is scaled. */
function heightOf(element: HTMLElement | SVGElement): number {
  return element instanceof HTMLElement ? element.offsetHeight : element.clientHeight;
}

function frame(): Promise<unknown> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}
