/**
 * What a page that shows a photo needs first: the numbers of the photo that it begins with. They are asked for as the
 * page's head is read, and not once its code is here (`components/site/files.ts` takes the answer).
 */
import {existsSync, readdirSync} from "node:fs";
import {join} from "node:path";
import {defaultSelection} from "../../components/site/selection.js";

/** The path of those numbers below `data/`; undefined where the site has none. */
export function firstRecord(folder: string, html: string): string | undefined {
  const [, model] = /<meta name="sfp-models" content="([^=" ]+)=/.exec(html) ?? [];
  if (!model || !html.includes("siteFeed(")) return undefined;
  const records = join(folder, "data/records", model);
  const analysed = existsSync(records) ? readdirSync(records).toSorted() : [];
  const {image} = defaultSelection;
  const photo = [image, ...analysed].find((each) => existsSync(join(records, each, "summary.arrow.gz")));
  return photo && `records/${encodeURIComponent(model)}/${encodeURIComponent(photo)}/summary.arrow.gz`;
}

/** The script that asks for them, unless the address names another photo or model. */
export function earlyScript(path: string): string {
  return `<script>{
const asked = new URLSearchParams(location.search);
if (location.protocol !== "file:" && !asked.has("image") && !asked.has("model")) {
  const response = fetch(${JSON.stringify(`./data/${path}`)}, {cache: "no-cache"});
  response.catch(() => {});
  globalThis.sfpEarly = {path: ${JSON.stringify(path)}, response};
}
}</script>`;
}
