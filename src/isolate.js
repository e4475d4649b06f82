// The site's one service worker. It lets pages that run a model have WebAssembly threads on hosts that send no
// headers of their own, by adding the two headers that isolate a page to those pages and to their workers;
// and it answers from what components/page/offline.ts and earlier visits kept when there is no connection.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// Hosts beside this one that models may be fetched from; a build with such models writes them here.
const modelHosts = "";

const scope = new URL(self.registration.scope).pathname;
const visited = `sfp-visited ${scope}`;

self.addEventListener("fetch", (event) => {
  const {request} = event;
  const url = new URL(request.url);
  const path = url.pathname.slice(scope.length);
  const runsModel = request.mode === "navigate" && /^(live|causes)(\.html)?$/.test(path);
  if (runsModel || request.destination === "worker") event.respondWith(isolated(request, path));
  // Models keep themselves, and parts of files are none of a cache's business.
  else if (
    request.method === "GET" &&
    url.origin === location.origin &&
    url.pathname.startsWith(scope) &&
    !path.startsWith("data/models/") &&
    !request.headers.has("range")
  )
    event.respondWith(answer(request, path));
});

/** Files with a hash in their name are the same for ever; the rest is asked for anew while there is a connection. */
async function answer(request, path) {
  const lasting = /^_(import|node|file|observablehq)\//.test(path);
  const address = request.mode === "navigate" ? pageFile(request.url) : request.url;
  const found = lasting && (await caches.match(address, {ignoreVary: true}));
  if (found) return found;
  try {
    const response = await newest(request, lasting);
    if (response.status === 200 && response.type === "basic") {
      const copy = response.clone();
      const cache = await caches.open(visited);
      // A full disk is no reason to show nothing.
      cache.put(address, copy).catch(() => {});
    }
    return response;
  } catch (error) {
    const earlier = await kept(address);
    if (earlier) return earlier;
    throw error;
  }
}

/** A host that says nothing of caching leaves it to the browser, which would show an earlier build for days. */
function newest(request, lasting) {
  if (lasting) return fetch(request);
  if (request.mode !== "navigate") return fetch(new Request(request, {cache: "no-cache"}));
  return fetch(request.url, {cache: "no-cache", credentials: "same-origin", redirect: "manual"});
}

/** The address of a page's file, under which it is kept however it is asked for. */
function pageFile(address) {
  const url = new URL(address);
  url.search = url.hash = "";
  if (url.pathname.endsWith("/")) url.pathname += "index.html";
  else if (!/\.[^/]*$/.test(url.pathname)) url.pathname += ".html";
  return url.href;
}

/** A file from what was kept: of the newest build that is here whole, else of any visit. */
async function kept(address) {
  const options = {ignoreVary: true};
  const list = new URL("offline.json", self.registration.scope);
  const sites = (await caches.keys()).filter((name) => name.startsWith(`sfp-site ${scope} `)).toReversed();
  for (const name of sites) {
    const cache = await caches.open(name);
    const found = (await cache.match(list)) && (await cache.match(address, options));
    if (found) return found;
  }
  return caches.match(address, options);
}

async function isolated(request, path) {
  const response = await answer(request, path);
  if (response.status === 0 || response.type === "opaqueredirect") return response;
  const headers = new Headers(response.headers);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  // A worker has the policy that its own script comes with, and this site's have no business elsewhere.
  if (request.destination === "worker")
    headers.set(
      "Content-Security-Policy",
      `default-src 'self' blob: data: 'unsafe-inline' 'unsafe-eval'; connect-src 'self' blob: data: ${modelHosts}`
    );
  return new Response(response.body, {status: response.status, statusText: response.statusText, headers});
}
