/** Which model the figures of a page show, said before the first of them. */
import {h} from "../ui/dom.js";
import {wordSource} from "./models.js";
import type {SelectionStore} from "./selection.js";

/** A paragraph that follows the chosen model. */
export function modelNote(store: SelectionStore): HTMLElement {
  const note = h("p", {class: "aside model-note"});
  const write = () => note.replaceChildren(...modelWords(store.value.model));
  store.subscribe(write);
  write();
  return note;
}

/** What a model is, and that the paper's is another where it is: one without a text tower is not CLIP. */
function modelWords(model: string): (Node | string)[] {
  const name = h("b", {}, model);
  const what = described[model];
  if (what) return ["These figures show ", name, `, ${what}`];
  return wordSource(model) === "lexicon"
    ? ["These figures show ", name, `, a supervised classifier. ${notClip}`]
    : ["These figures show ", name, "."];
}

const notClip =
  "It is not CLIP, the kind of model that the paper studies: it has no text tower, so words are answered by the rows of its classifier, and nothing here repeats the paper’s numbers.";

/** The models that come with the project; whatever else is analysed was chosen by who built the site. */
const described: Readonly<Record<string, string>> = {
  "vit-ti-16": `a small vision transformer (ViT-Ti/16) trained to classify ImageNet. ${notClip}`,
  mini: `this project’s own small vision transformer, distilled from vit-ti-16. ${notClip}`,
  "clip-vit-b-16": "OpenAI’s CLIP ViT-B/16, the model of the paper.",
  "clip-vit-b-32": "OpenAI’s CLIP ViT-B/32.",
  "clip-vit-l-14": "OpenAI’s CLIP ViT-L/14."
};
