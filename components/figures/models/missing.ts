/** The models that a site could have, with the command that fetches each. */
import {listModelMeasures} from "../../site/measured.js";
import {h} from "../../ui/dom.js";

/** A list that unfolds; empty where nothing is missing. */
export async function missingModels(): Promise<HTMLElement> {
  const {missing} = await listModelMeasures();
  const items = missing.map(({title, command}) => h("li", {}, `${title}: `, h("code", {}, command)));
  return h(
    "details",
    {class: "missing-models"},
    h("summary", {}, `${missing.length} further models are known by name`),
    h(
      "p",
      {},
      "Each is fetched by its command; the next build of the site then analyses the photos with those that ",
      h("code", {}, "ANALYSE"),
      " names."
    ),
    h("ul", {}, ...items)
  );
}
