// Lets the Live page have WebAssembly threads on hosts that send no headers of their own: adds the two
// headers that isolate a page to that page and to its workers. Everything else passes by untouched.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const {request} = event;
  const isPage = request.mode === "navigate" && /\/live(\.html)?$/.test(new URL(request.url).pathname);
  if (isPage || request.destination === "worker") event.respondWith(isolated(request));
});

async function isolated(request) {
  const response = await fetch(request);
  if (response.status === 0 || response.type === "opaqueredirect") return response;
  const headers = new Headers(response.headers);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  // A worker has the policy that its own script comes with, and this site's have no business elsewhere.
  if (request.destination === "worker")
    headers.set("Content-Security-Policy", "default-src 'self' blob: data: 'unsafe-inline' 'wasm-unsafe-eval'");
  return new Response(response.body, {status: response.status, statusText: response.statusText, headers});
}
