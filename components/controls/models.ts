/** The models that the site's photos were analysed with; the first is the one that pages begin with. */
export function siteModels(): readonly string[] {
  const meta =
    typeof document === "undefined" ? null : document.querySelector<HTMLMetaElement>("meta[name=sfp-models]");
  return meta?.content.split(" ").filter(Boolean) ?? ["vit-ti-16"];
}
