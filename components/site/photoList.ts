import {FileAttachment} from "observablehq:stdlib";
import {h} from "../ui/dom.js";
import {listPhotos, photoAddress, type Photo} from "./library.js";

/** What the build found wrong with a file. */
interface PhotoProblem {
  file: string;
  kind: "left out" | "note";
  message: string;
}

/** With more photos than this, a search field helps. */
const searchable = 12;

/** All photos of the site with whom they are by, each a link to its attention. */
export async function photoList(): Promise<HTMLElement> {
  const photos = await listPhotos();
  const items = photos.map((photo) => h("li", {}, card(photo)));
  const count = h("p", {class: "aside", role: "status"});
  const search = h("input", {type: "search", placeholder: "Search photos", "aria-label": "Search photos"});
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/);
    const shown = photos.filter((photo, i) => {
      const text = `${photo.title} ${photo.alt} ${photo.id} ${photo.credit}`.toLowerCase();
      return !(items[i].hidden = !words.every((word) => text.includes(word)));
    });
    const all = photos.length === 1 ? "One photo." : `${photos.length} photos.`;
    count.textContent = search.value ? `${shown.length} of ${photos.length} photos.` : all;
  };
  search.addEventListener("input", filter);
  filter();
  return h(
    "div",
    {class: "photos"},
    photos.length > searchable ? search : null,
    count,
    h("ul", {class: "photo-list"}, ...items)
  );
}

function card({id, title, alt, credit, licence}: Photo): HTMLElement {
  const image = h("img", {src: photoAddress(id), alt, width: 160, height: 160, loading: "lazy", decoding: "async"});
  const address = `./attention.html?image=${encodeURIComponent(id)}`;
  return h("a", {href: address}, image, h("b", {}, title), h("span", {}, `${credit}, ${licence}`));
}

/** What could be better about the files in `data/images`, or that nothing could. */
export async function photoProblems(): Promise<HTMLElement> {
  const problems = (await FileAttachment("../../data/photo-problems.json").json()) as PhotoProblem[];
  if (problems.length === 0) return h("p", {}, "Nothing to report: every file is readable, large enough and credited.");
  const rows = problems.map(({file, kind, message}) =>
    h("tr", {}, h("td", {}, h("code", {}, file)), h("td", {}, kind), h("td", {}, message))
  );
  const head = h("tr", {}, ...["File", "", "What"].map((name) => h("th", {scope: "col"}, name)));
  return h(
    "div",
    {class: "scroll"},
    h("table", {class: "photo-problems"}, h("thead", {}, head), h("tbody", {}, ...rows))
  );
}
