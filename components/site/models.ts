/**
 * Where pages find vectors for a model's words: the classes of its classifier, a list that was computed with the site, or
 * nowhere: its tokeniser is not here, or another program computed its attention.
 */
export type WordSource = "lexicon" | "list" | "none" | "imported";

/** The models that the site's photos were analysed with, as a build wrote them into the page, with their words. */
function analysed(): ReadonlyMap<string, WordSource> {
  const meta =
    typeof document === "undefined" ? null : document.querySelector<HTMLMetaElement>("meta[name=sfp-models]");
  const written = meta?.content ?? "vit-ti-16=lexicon";
  return new Map(written.split(" ").map((entry) => entry.split("=") as [string, WordSource]));
}

/** The models that the site's photos were analysed with; the first is the one that pages begin with. */
export function siteModels(): readonly string[] {
  return [...analysed().keys()].filter(Boolean);
}

/** Where the words of a model come from; undefined for one that the photos were not analysed with. */
export function wordSource(model: string): WordSource | undefined {
  return analysed().get(model);
}
