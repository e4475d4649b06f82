import type {ImageRecord} from "../../records/record.js";
import {compared, methods} from "../../model/methods/index.js";
import {registerVariants} from "../../model/registerVariants.js";

/** Features that pages compare: SFP's own stages, and other methods. */
export interface FeatureStage {
  /** As files name it: "som", "naclip". */
  name: string;
  title: string;
  /** One sentence: what was done to the tokens. */
  about: string;
}

/** SFP's stages in the order in which they arise; the last is what SFP segments with. */
export const stages: readonly FeatureStage[] = [
  {
    name: "plain",
    title: "F, no SOM",
    about: "Input of the last layer, nothing repaired; through the head."
  },
  {
    name: "som",
    title: "F_SOM",
    about: "The same layer, outliers repaired after every layer up to it; through the head."
  },
  {name: "sae", title: "F_SAE", about: "Self-self attention in the last layer (Eq. 6–7); through the head."},
  {name: "vis", title: "F_vis, SFP", about: "Mixed by the integrated attention (Eq. 8–11); through the head."}
];

/** The other methods that are computed for every photo, in the order of the registry; then those with a register. */
export const rivals: readonly FeatureStage[] = [
  ...compared.map(({name, title, short, about}) => ({name, title: short ?? title, about})),
  ...registerVariants.map(({name, title, about}) => ({name, title, about}))
];

/** What a caption says of the model that some methods look through. */
export function secondNote({provenance: {proxy}}: Pick<ImageRecord, "provenance">): readonly string[] {
  return proxy ? [`second model ${proxy.model}`] : [];
}

/** What segments a picture: SFP first, then the others. */
export const segmenters: readonly FeatureStage[] = [{name: "vis", title: "SFP", about: methods.sfp.about}, ...rivals];
