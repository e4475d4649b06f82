/** The models of the site with their measures, as `data/model-measures.json.ts` wrote them. */
import {FileAttachment} from "observablehq:stdlib";
import type {ModelList} from "../analysis/modelMeasures.js";

let list: Promise<ModelList> | undefined;

/** The models of the site, fetched once. */
export function listModelMeasures(): Promise<ModelList> {
  return (list ??= FileAttachment("../../data/model-measures.json").json() as Promise<ModelList>);
}
