import {h} from "../../ui/dom.js";
import type {CausesPlace} from "./causes.js";

/** Says which model runs here, where that is not the one that is chosen: a site ships few. */
export function causesModelNote(place: CausesPlace): HTMLElement {
  const element = h("p", {class: "aside", role: "status", hidden: true});
  const show = () => {
    const {model: chosen} = place.store.value;
    element.hidden = place.model === chosen;
    element.replaceChildren(
      h("b", {}, `This page runs ${place.model}, not ${chosen}. `),
      `The site does not ship the weights of ${chosen}. `,
      h("code", {}, `MODELS=${chosen} npm run build`),
      " makes one that does, and this page then runs it. What many photos show of both small models is below."
    );
  };
  place.store.subscribe(show);
  show();
  return element;
}
