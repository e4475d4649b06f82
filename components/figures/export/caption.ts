/** What is written around a drawing that is exported, and what its file is called. */

export interface Caption {
  /** The figure's name in the catalogue. */
  id: string;
  title: string;
  lede: string;
  reading: string;
  /** Image, model, layer, head, method, options, device. */
  source: string;
  /** The address that shows the figure again. */
  address: string;
}

/** What a saved file says of itself, under the keywords of the PNG specification. */
export function captionWords({title, lede, reading, source, address}: Caption) {
  return {
    Title: title,
    Description: [lede, reading].filter(Boolean).join(" "),
    Comment: source,
    Source: address,
    Software: "SFP Explorer"
  };
}

/** Parts of a caption's source that tell one file from another, after the photo and the model. */
const telling = /^(layer \d+|head \d+|greatest over heads|with SOM|without SOM)$/;

/**
 * A file's name that says what is in it: `attention-astronaut-vit-ti-16-layer-10`. What a name cannot hold becomes a
 * dash; a photo's title in letters of any script stays.
 */
export function fileName({id, source}: Pick<Caption, "id" | "source">): string {
  const parts = source.split(" · ");
  const [image, model, ...others] = parts.length > 2 ? parts : [];
  return [id, image, model, ...others.filter((part) => telling.test(part))]
    .filter(Boolean)
    .map((part) => slug(part!))
    .join("-");
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
}
