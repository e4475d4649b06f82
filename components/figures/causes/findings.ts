import type {CausesStep, CausesSummary} from "../../analysis/causes.js";
import type {Interval} from "../../analysis/intervals.js";
import {h} from "../../ui/dom.js";
import {reasonOf} from "../../ui/reason.js";
import {loadSummaries} from "./load.js";

/** What was found over many photos, in sentences: do ten neurons carry the high-norm patches? */
export function causesFindings(): HTMLElement {
  const element = h("div", {class: "causes-findings"});
  loadSummaries().then(
    (summaries) => element.replaceChildren(...summaries.map((summary) => h("p", {}, findingsOf(summary)))),
    (error: unknown) => element.replaceChildren(h("p", {}, reasonOf(error)))
  );
  return element;
}

/** The sentences for one model. */
export function findingsOf(summary: CausesSummary): string {
  const {model, name, photos, counted, corners, born, layer, neurons} = summary;
  const ten = step(summary, 10, false);
  const chance = step(summary, 10, true);
  const one = step(summary, 1, false);
  const layers = [...new Set(neurons.slice(0, 10).map((neuron) => neuron.layer))].toSorted((a, b) => a - b);
  return [
    `${model}, ${name}, n = ${photos}: ${counted} photos have a high-norm patch in layer ${layer}, in most of them from layer ${born} on; ${percent(corners)} of these patches lie in a corner.`,
    `${ten.cleared.estimate > 0.95 ? "Ten neurons carry them" : "Ten neurons do not carry all of them"}: switched off at all patches, the ten that are most active there (of ${layers.length > 1 ? "layers" : "layer"} ${layers.join(", ")}) leave ${interval(ten.count, 2)} high-norm patches a photo, and none in ${percent(ten.cleared.estimate)} of the photos (95 % interval ${percent(ten.cleared.low)} to ${percent(ten.cleared.high)}); the largest norm is ${interval(ten.ratio, 1)} times the median.`,
    `One neuron alone leaves it at ${interval(one.ratio, 1)} times. Ten neurons drawn by chance from the same layers leave it at ${interval(chance.ratio, 1)} times and ${interval(chance.count, 2)} high-norm patches.`,
    `It is not free: the features of the other patches keep a cosine of ${interval(ten.kept, 3)} with what they were (${interval(chance.kept, 3)} with ten by chance).`,
    "Neurons were found on one half of the photos and measured on the other."
  ].join(" ");
}

function step({steps}: CausesSummary, neurons: number, random: boolean): CausesStep {
  const found = steps.find((each) => each.neurons === neurons && each.random === random);
  if (!found) throw new Error(`The summary has no step of ${neurons} neurons.`);
  return found;
}

function interval({estimate, low, high}: Interval, digits: number): string {
  return `${estimate.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0.99 && share < 1 ? 1 : 0)} %`;
}
