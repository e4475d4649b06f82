/** The sentences that a word is put into before it is encoded. `{}` stands for the word. */

export type TemplateSet = "imagenet-80" | "surgery-85" | "sfp-15" | "gem-1";

const articles = ["a", "the"];

/** "a photo of": patterns that take either article and the word. */
const pictures = [
  "a bad photo of",
  "a sculpture of",
  "a low resolution photo of",
  "a rendering of",
  "graffiti of",
  "a cropped photo of",
  "a tattoo of",
  "a bright photo of",
  "a dark photo of",
  "a drawing of",
  "a close-up photo of",
  "a black and white photo of",
  "a painting of",
  "a pixelated photo of",
  "a jpeg corrupted photo of",
  "a blurry photo of",
  "a photo of",
  "a good photo of",
  "a doodle of",
  "a sketch of",
  "a rendition of",
  "art of",
  "itap of"
];

const seen = ["hard to see", "clean", "dirty", "cool", "large", "nice", "weird", "small"];
// "a origami", "a embroidered": the original sentences do not know "an".
const made = ["embroidered", "plastic", "origami", "toy", "cartoon", "plushie"];
const sizes = ["", "small ", "medium ", "large "];

/** OpenAI's 80 sentences for ImageNet. Their order is irrelevant: the features are averaged. */
const imagenet = [
  ...pictures.flatMap((picture) => articles.map((article) => `${picture} ${article} {}.`)),
  ...seen.flatMap((look) => articles.map((article) => `a photo of ${article} ${look} {}.`)),
  ...made.flatMap((kind) => articles.map((article) => `${article} ${kind} {}.`)),
  ...articles.map((article) => `${article} {} in a video game.`),
  "a photo of many {}.",
  "a photo of my {}.",
  "a photo of one {}.",
  "itap of my {}."
];

/** Which sentences there are to choose from. */
export const templates: Readonly<Record<TemplateSet, readonly string[]>> = {
  "imagenet-80": imagenet,
  "surgery-85": [
    ...imagenet,
    ...["there is a", "there is the", "this is a", "this is the", "this is one"].map(
      (start) => `${start} {} in the scene.`
    )
  ],
  "sfp-15": [
    "a clean origami {}.",
    ...sizes.map((size) => `This is a photo of a ${size}{}.`),
    ...sizes.map((size) => `There is a ${size}{} in the scene.`),
    "There is the {} in the scene.",
    "a photo of a {} in the scene.",
    ...sizes.map((size) => `a photo of a ${size}{}.`)
  ],
  "gem-1": ["a photo of a {}."]
};

/** The sentences for a word. */
export function prompts(word: string, set: TemplateSet = "imagenet-80"): string[] {
  // A word may contain "$", which `replace` with a string would read as a pattern.
  return templates[set].map((template) => template.split("{}").join(word));
}
