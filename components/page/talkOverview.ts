import {pageName} from "../site/pageName.js";
import {h} from "../ui/dom.js";

/** What the reader's choice does. */
export interface Ways {
  show: (figure: HTMLElement) => void;
  /** To the slides of another page. */
  goTo: (address: string) => void;
}

/** Shows all slides of a page by title and line, and the other pages, to choose from. */
export function openOverview(
  slides: readonly HTMLElement[],
  current: HTMLElement | undefined,
  {show, goTo}: Ways
): void {
  const part = (figure: HTMLElement, name: string) => figure.querySelector(`.figure-${name}`)?.textContent ?? "";
  const items = slides.map((figure) =>
    h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          "aria-current": figure === current ? "true" : null,
          autofocus: figure === current,
          onclick: () => {
            dialog.close();
            show(figure);
          }
        },
        h("b", {}, part(figure, "title")),
        h("span", {}, part(figure, "lede"))
      )
    )
  );
  const elsewhere = otherPages(goTo);
  const dialog = h(
    "dialog",
    {class: "talk-overview", "aria-label": "All slides", onclose: () => dialog.remove()},
    h("ol", {}, ...items),
    elsewhere.length > 0 ? h("p", {}, "Slides of other pages: ", ...elsewhere) : null
  );
  // `o` opens it, so `o` closes it; a click beside it does too.
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "o") return;
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}

/** Links to the first slides of the pages in the sidebar. */
function otherPages(goTo: Ways["goTo"]): Node[] {
  const links = [...document.querySelectorAll<HTMLAnchorElement>("#observablehq-sidebar .observablehq-link a[href]")];
  // The first is the site's name, and leads to a page that has a name of its own.
  const others = links.slice(1).filter(({pathname}) => pageName(pathname) !== pageName(location.pathname));
  return others.flatMap((link, i) => {
    const address = new URL(link.href);
    address.hash = "talk=1";
    const onclick = (event: MouseEvent) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      goTo(address.href);
    };
    return [
      ...(i > 0 ? [document.createTextNode(" · ")] : []),
      h("a", {href: address.href, onclick}, link.textContent ?? "")
    ];
  });
}
