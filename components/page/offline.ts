/**
 * Keeps the site for when there is no connection: its pages and code, and what this page has loaded.
 * The service worker answers from it; analyses of other photos come along as they are looked at.
 */

import {pause, savesData} from "../ui/quiet.js";

/** Files asked for at once. */
const atOnce = 8;

/** The list's name, in the site and in the cache; it is put there last, so a cache that has it is whole. */
const listName = "offline.json";

const root = new URL("../../../", import.meta.url);

/** What this needs of `offline.json`, which `scripts/site/offline.ts` writes. */
interface OfflineList {
  build: string;
  files: string[];
  later: string[];
  data: string;
}

/** Registers the site's service worker and keeps the site, where a browser allows both. */
export function keepForOffline(): void {
  const preview = new URL(import.meta.url).searchParams.has("sha");
  if (preview || !globalThis.isSecureContext || !navigator.serviceWorker || savesData()) return;
  const begin = () => setTimeout(() => void keep().catch(() => {}), pause);
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin);
}

async function keep(): Promise<void> {
  const response = await fetch(new URL(listName, root), {cache: "no-cache"});
  if (!response.ok) return;
  const list = (await response.clone().json()) as OfflineList;
  await navigator.serviceWorker.register(new URL("isolate.js", root));
  const prefix = `sfp-site ${root.pathname} `;
  const name = prefix + list.build;
  const cache = await caches.open(name);
  if (!(await cache.match(new URL(listName, root)))) {
    await fill(cache, list.files);
    // A build that was put in place meanwhile makes a mixture of what was fetched: the next visit begins anew.
    const now = (await (await fetch(new URL(listName, root), {cache: "no-cache"})).json()) as OfflineList;
    if (now.build !== list.build) return void (await caches.delete(name));
    await forgetEarlier(list, prefix, name);
    await cache.put(new URL(listName, root), response);
  }
  const visited = await caches.open(`sfp-visited ${root.pathname}`);
  await Promise.all(loadedData().map((address) => take(visited, address)));
  document.documentElement.dataset.offline = "ready";
}

/**
 * Fetches what the cache lacks, so that a visit goes on where the one before was cut off.
 *
 * @throws TypeError when the connection fails
 */
async function fill(cache: Cache, files: readonly string[]): Promise<void> {
  const kept = new Set((await cache.keys()).map(({url}) => url));
  const missing = files.map((file) => new URL(file, root).href).filter((address) => !kept.has(address));
  // All at once would keep the page from answering while they are asked for.
  for (let i = 0; i < missing.length; i += atOnce)
    await Promise.all(missing.slice(i, i + atOnce).map((address) => take(cache, address)));
}

/** Keeps one file. What a host does not serve is left out: the rest is worth having without it. */
async function take(cache: Cache, address: string): Promise<void> {
  const hashed = new URL(address).pathname.slice(root.pathname.length).startsWith("_");
  const response = await fetch(address, {cache: hashed ? "default" : "no-cache"});
  if (response.status !== 200) return;
  // A browser shows no page from an answer that was redirected, as hosts do that drop extensions.
  const {body, headers} = response;
  await cache.put(address, response.redirected ? new Response(body, {headers}) : response);
}

/** Drops what was kept of earlier builds: two builds are not to be shown as one. */
async function forgetEarlier({files, later, data}: OfflineList, prefix: string, name: string): Promise<void> {
  const current = new Set([...files, ...later].map((file) => new URL(file, root).href));
  const earlier = (await caches.keys()).filter((key) => key.startsWith(prefix) && key !== name);
  const lists = await Promise.all(earlier.map(async (key) => (await caches.open(key)).match(new URL(listName, root))));
  const known = (await Promise.all(lists.map((list) => list?.json()))) as (OfflineList | undefined)[];
  const sameData = known.every((list) => list === undefined || list.data === data);
  const visited = await caches.open(`sfp-visited ${root.pathname}`);
  for (const {url} of await visited.keys()) {
    const isData = url.startsWith(new URL("data/", root).href);
    if (isData ? !sameData : !current.has(url) || url.endsWith(".html")) await visited.delete(url);
  }
  for (const key of earlier) await caches.delete(key);
}

/** Addresses of the data that this page has loaded, models apart. */
function loadedData(): string[] {
  const data = new URL("data/", root).href;
  const models = new URL("data/models/", root).href;
  const loaded = performance.getEntriesByType("resource").map(({name}) => name);
  return [...new Set(loaded)].filter((address) => address.startsWith(data) && !address.startsWith(models));
}
