/**
 * Keeps the site for when there is no connection: its pages and code, and what this page has loaded.
 * The service worker answers from it; analyses of other photos come along as they are looked at.
 */

/** Long enough after a page has loaded to be in nobody's way. */
const delay = 4000;

/** Files asked for at once. */
const atOnce = 8;

const root = new URL("../../../", import.meta.url);

/** Registers the site's service worker and keeps the site, where a browser allows both. */
export function keepForOffline(): void {
  const preview = new URL(import.meta.url).searchParams.has("sha");
  if (preview || !globalThis.isSecureContext || !navigator.serviceWorker || savesData()) return;
  const begin = () => setTimeout(() => void keep().catch(() => {}), delay);
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin);
}

async function keep(): Promise<void> {
  const response = await fetch(new URL("offline.json", root));
  if (!response.ok) return;
  const {build, files} = (await response.json()) as {build: string; files: string[]};
  await navigator.serviceWorker.register(new URL("isolate.js", root));
  const prefix = `sfp-site ${root.pathname} `;
  const name = prefix + build;
  const cache = await caches.open(name);
  const addresses = files.map((file) => new URL(file, root).href);
  // They come in order: whoever has the last one has them all.
  const known = await cache.match(addresses.at(-1)!);
  if (!known) {
    try {
      // All at once would keep the page from answering while they are asked for.
      for (let i = 0; i < addresses.length; i += atOnce) await cache.addAll(addresses.slice(i, i + atOnce));
    } catch (error) {
      // Half a site is none: the next visit tries again.
      await caches.delete(name);
      throw error;
    }
  }
  await Promise.all(loadedData().map((address) => cache.add(address)));
  for (const old of await caches.keys()) if (old.startsWith(prefix) && old !== name) await caches.delete(old);
  document.documentElement.dataset.offline = "ready";
}

/** Addresses of the data that this page has loaded, models apart. */
function loadedData(): string[] {
  const data = new URL("data/", root).href;
  const models = new URL("data/models/", root).href;
  const loaded = performance.getEntriesByType("resource").map(({name}) => name);
  return [...new Set(loaded)].filter((address) => address.startsWith(data) && !address.startsWith(models));
}

/** Whether the reader asked for less traffic. */
function savesData(): boolean {
  return (navigator as {connection?: {saveData?: boolean}}).connection?.saveData ?? false;
}
