/** A place where the paper leaves a choice, and the choice that this project makes unless told otherwise. */
export interface Ambiguity {
  question: string;
  /** What is done by default. */
  choice: string;
  /** The option of `sfp` that changes it, and what else it can be. */
  option?: {name: string; others: string};
  why: string;
}

/** Where the paper's text, equations and released code leave a choice, in the order in which they arise. */
export const ambiguities: readonly Ambiguity[] = [
  {
    question: "One attention map, or one for each head?",
    choice: "The mean over heads, after the softmax, is tested.",
    option: {name: "heads", others: "any, vote"},
    why: "Equations 1, 4 and 8 have a single map; the released code takes the mean too."
  },
  {
    question: "√d of the width, or of a head?",
    choice: "Of a head.",
    why: "The frozen weights were trained so; the root of the whole width would flatten every map."
  },
  {
    question: "Is a token repaired before or after residual and FFN?",
    choice: "The whole block’s output is repaired.",
    why: "The text says after each layer, and the code repairs block outputs."
  },
  {
    question: "Which attention does the test read?",
    choice: "That of the same block.",
    why: "It is the map at hand when the output is repaired."
  },
  {
    question: "Which layers?",
    choice: "1 to L − 1.",
    option: {name: "from", others: "a later first layer"},
    why: "SAE takes the place of the last layer, and Eq. 9 ends at L − 1."
  },
  {
    question: "What of the class token?",
    choice: "Never tested, never repaired; it sees repaired patches from the next block on.",
    why: "Eq. 4 runs over patches, and only patches have neighbours."
  },
  {
    question: "Strictly less, by what factor, how many?",
    choice: "Strictly, factor 1, no cap.",
    option: {name: "factor, cap", others: "any number; the code: 1.5 and 10"},
    why: "So Eq. 4 is printed, and the method is called free of parameters."
  },
  {
    question: "Eq. 5 divides by 8. With fewer valid neighbours too?",
    choice: "Divided by the number of valid neighbours.",
    why: "Dividing a sum of five vectors by 8 would shrink the token; the code divides by the number."
  },
  {
    question: "At the border?",
    choice: "Neighbours outside the grid do not exist.",
    why: "Follows from dividing by their number."
  },
  {
    question: "And where all neighbours are outliers?",
    choice: "The token is kept.",
    option: {name: "isolated", others: "widen"},
    why: "The code writes zeros, which makes the whole window undefined."
  },
  {
    question: "In which order are outliers repaired?",
    choice: "All at once, from the values before.",
    why: "No order is named; repairing one by one would depend on it."
  },
  {
    question: "Which Q and K in Eq. 6?",
    choice: "Those of the last block for F_SOM, per head, one softmax of the weighted sum.",
    option: {name: "lambda", others: "any number ≥ 0"},
    why: "The printed formula. λ = 0.5 makes it the mean of two logits: it does not sharpen either."
  },
  {
    question: "Is the class token part of SAE’s attention?",
    choice: "Yes; it is dropped afterwards.",
    option: {name: "class_token", others: "drop"},
    why: "Q and K are defined over N + 1 tokens. The code works on patches alone."
  },
  {
    question: "Eq. 7 has no V, no output projection, no residual around attention. Literally?",
    choice: "No: an ordinary block with its attention swapped.",
    option: {name: "sae", others: "literal, clear, none"},
    why: "Eq. 2 leaves the same out for an ordinary block; without them the last layer never maps into the space of words."
  },
  {
    question: "Which reading of Eq. 7 is the paper’s?",
    choice: "block.",
    option: {name: "sae", others: "literal, clear, none"},
    why: "The text does not settle it. On VOC photos with vit-ti-16 (Results), SOM and HAI help block and literal, and not clear."
  },
  {
    question: "Which maps does HAI add?",
    choice: "Head means, patches only, columns of S zeroed, rows not made to sum to one again.",
    option: {name: "hai", others: "off"},
    why: "F_vis has no class token; Eq. 8 zeroes and does no more."
  },
  {
    question: "Sum or mean in Eq. 9?",
    choice: "The sum.",
    option: {name: "l0", others: "a later first layer (Table 3)"},
    why: "Normalisation follows, so it makes no difference."
  },
  {
    question: "What kind of norm is Eq. 10’s?",
    choice: "Division by the sum; a sum below 1e-12 leaves zeros.",
    why: "Sinkhorn and Knopp’s scaling is cited. A patch that is an outlier in every layer has an empty column."
  },
  {
    question: "In which order, how often?",
    choice: "Rows, then columns, once.",
    option: {name: "order, rounds", others: "cr; 0 to 50"},
    why: "The text says iteratively, the equation prints one round."
  },
  {
    question: "Should rows sum to one in the end?",
    choice: "They need not.",
    why: "A last row pass scales each feature by a positive number, which the layer norm and the cosine cancel. Figures show rows made to sum to one."
  },
  {
    question: "Where do the last norm and the projection go?",
    choice: "After HAI.",
    why: "The code applies the head last; before HAI it would not be the same, the norm is not linear."
  },
  {
    question: "Eq. 3 enlarges labels. Or cosines?",
    choice: "Cosines, then the greatest.",
    why: "Every code base upsamples cosines; upsampled labels would keep the patches’ corners."
  },
  {
    question: "Which outlier sets does HAI use?",
    choice: "Those of the purified pass.",
    why: "There is one forward pass."
  },
  {
    question: "What changes for ViT-L?",
    choice: "Nothing: layers 1 to 23.",
    why: "The paper does not say; the code’s block numbers fit ViT-B only."
  },
  {
    question: "Which data sets have a background class?",
    choice: "V21, PC60 and Object.",
    why: "The paper’s paragraph swaps the groups; its Table 1 has them right."
  },
  {
    question: "Which MaskCLIP is compared with?",
    choice: "Zhou et al., ECCV 2022.",
    why: "The paper’s reference points to another method of the same name."
  },
  {
    question: "What do its feature pictures show?",
    choice: "PCA colours, norms or cosines, as the reader chooses.",
    why: "The paper does not say how they were made, so no picture here claims to be the same."
  }
];
