/**
 * The name of a page by its address, "index" for the front page. Links name a page's file, as any host can serve it;
 * many hosts know the same page without its extension, or by its folder alone.
 */
export function pageName(pathname: string): string {
  const name = pathname.slice(pathname.lastIndexOf("/") + 1).replace(/\.html$/, "");
  return name === "" ? "index" : name;
}
