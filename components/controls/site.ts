// Where the site's files are, under whatever base path it is served.

// Modules lie three folders below the site's root. A preview marks its modules with their content's
// hash in the query, a build in the name; and a preview serves what loaders write under /_file/ only.
const here = new URL(import.meta.url);
const preview = here.searchParams.has("sha");
const root = new URL(preview ? "/_file/" : "../../../", here);

/** The address of a file that keeps its path in a build: one that the configuration lists as dynamic. */
export function siteFile(path: string): string {
  return new URL(path, root).href;
}
