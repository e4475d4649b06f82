/** How the released code departs from the paper (commit 2804f5b, March 2026). */
export interface Departure {
  key: "layers" | "test" | "neighbours" | "sae" | "hai" | "constants" | "class" | "indices" | "protocol" | "whole";
  item: string;
  paper: string;
  code: string;
}

export const differences: readonly Departure[] = [
  {
    key: "layers",
    item: "Where outliers are repaired",
    paper: "After every layer from 1 to L − 1, and the next layer reads the repaired tokens.",
    code: "Once, on the output of layer L − 1. Nothing is purified on the way there."
  },
  {
    key: "test",
    item: "The test",
    paper: "A patch’s self-attention is below what the class token gives it.",
    code: "It is below 1.5 times that; of those, at most the ten that the class token attends to most."
  },
  {
    key: "neighbours",
    item: "The neighbours’ mean",
    paper: "An eighth of their sum.",
    code: "Their sum by their number; zeros where there is none, and then every number of the window is undefined."
  },
  {
    key: "sae",
    item: "The last layer",
    paper: "One softmax of λ(qqᵀ + kkᵀ) over F_SOM, with FFN and residual.",
    code: "The mean of three softmaxes, over qqᵀ, kkᵀ and a similarity of features; values, no FFN, no residual."
  },
  {
    key: "hai",
    item: "Integration",
    paper: "Masked attention of all layers, added, normalised, applied to F_SAE.",
    code: "Absent. Features are gathered by similarities of blocks 9 and 4, and a second pass runs over the sum of blocks 4 to 10."
  },
  {
    key: "class",
    item: "The class token at the end",
    paper: "Not used.",
    code: "0.3 of it is added to every patch, twice."
  },
  {
    key: "constants",
    item: "Constants",
    paper: "λ alone.",
    code: "0.3, 5.0, 0.4 (twice), 3.0, 10, and the block numbers."
  },
  {
    key: "indices",
    item: "Other model sizes",
    paper: "ViT-B/32 and ViT-L/14 are reported.",
    code: "Block numbers are those of ViT-B, whatever the depth."
  },
  {
    key: "protocol",
    item: "Words and sizes",
    paper: "Class names; shorter side 336, Cityscapes 560.",
    code: "ADE at 384; “people” for person in VOC and Cityscapes."
  },
  {
    key: "whole",
    item: "All in all",
    paper: "SFP, Eq. 4–11.",
    code: "SC-CLIP’s pipeline with another test for outliers and one more softmax."
  }
];
