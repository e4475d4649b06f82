import {h} from "../ui/dom.js";
import type {Drawing} from "../ui/drawing.js";
import {drawing} from "../ui/drawing.js";
import type {Photo} from "../site/library.js";
import {ownPicture} from "../site/guest.js";
import {photoAddress} from "../site/library.js";

export interface ImagePickerOptions {
  photos: readonly Photo[];
  image: string;
  onChange: (image: string) => void;
}

/** With more photos than this, a search field helps. */
const searchable = 12;

let sheets = 0;

/** A button that shows the chosen photo, and a sheet of thumbnails to choose another. */
export function imagePicker(options: ImagePickerOptions): Drawing<ImagePickerOptions> {
  let state = options;
  const thumbnail = h("img", {alt: "", width: 32, height: 32});
  const title = h("span", {class: "image-picker-title"});
  const id = `image-sheet-${(sheets += 1)}`;
  const sheet = h("div", {class: "image-sheet", popover: "auto", id});
  const button = h(
    "button",
    {type: "button", class: "image-picker", popovertarget: id, title: "Choose another photo"},
    thumbnail,
    title
  );
  const search = h("input", {type: "search", placeholder: "Search photos", oninput: () => filter()});
  const grid = h("div", {class: "image-grid"});
  const filter = () => {
    const words = search.value.toLowerCase();
    for (const [i, child] of [...grid.children].entries()) {
      const photo = state.photos[i];
      (child as HTMLElement).hidden = !`${photo.title} ${photo.alt} ${photo.id}`.toLowerCase().includes(words);
    }
  };
  const fill = () => {
    grid.replaceChildren(
      ...state.photos.map((photo) =>
        h(
          "button",
          {
            type: "button",
            title: `${photo.alt}. ${photo.credit}, ${photo.licence}`,
            onclick: () => {
              sheet.hidePopover();
              state.onChange(photo.id);
            }
          },
          // Off-screen thumbnails of a large collection wait until they are scrolled to.
          h("img", {src: photoAddress(photo.id), alt: "", width: 112, height: 112, loading: "lazy"}),
          h("span", {}, photo.title)
        )
      )
    );
    sheet.replaceChildren(...(state.photos.length > searchable ? [search] : []), grid);
  };
  const show = () => {
    const photo = state.photos.find(({id}) => id === state.image);
    const name = photo?.title ?? (state.image === ownPicture ? "your picture" : state.image);
    title.textContent = name;
    button.setAttribute("aria-label", `Photo: ${name}. Choose another`);
    thumbnail.hidden = !photo;
    if (photo) thumbnail.src = photoAddress(photo.id);
    for (const [i, child] of [...grid.children].entries()) {
      child.setAttribute("aria-pressed", String(state.photos[i].id === state.image));
    }
  };
  // Thumbnails are asked for when the sheet is opened first, not with the page.
  sheet.addEventListener("beforetoggle", () => {
    if (grid.children.length === 0) fill();
    show();
  });
  const element = h("div", {class: "image-picker-place"}, button, sheet);
  show();
  return drawing<ImagePickerOptions, HTMLDivElement>(element, (change) => {
    const before = state;
    state = {...state, ...change};
    if (before.photos !== state.photos && grid.children.length > 0) fill();
    if (before.photos !== state.photos || before.image !== state.image) show();
  });
}
