/** What a figure says of methods that a photo's analysis does not have. */
import {h} from "../../ui/dom.js";

/** In place of a map. */
export const absent = "not computed for this photo";

/** Below the drawing: which are missing, and the commands that compute them. */
export function absentNote(): HTMLElement & {show(missing: readonly string[], model: string): void} {
  const element = h("p", {class: "figure-absent", hidden: true});
  return Object.assign(element, {
    show: (missing: readonly string[], model: string) => {
      element.hidden = missing.length === 0;
      element.replaceChildren(
        `Not computed for this photo: ${missing.join(", ")}. `,
        h("code", {}, `npm run sfp -- models get ${model}`),
        " and ",
        h("code", {}, "npm run build"),
        " compute them."
      );
    }
  });
}
