/**
 * WebAssembly threads need a page that is isolated from other sites, which takes two headers that most
 * static hosts do not send. A service worker adds them from the next load on, to the pages that run a model alone.
 */

/** Registers the service worker where it can be of use; failing is no harm, there is then one thread. */
export function prepareIsolation(): void {
  const preview = new URL(import.meta.url).searchParams.has("sha");
  if (globalThis.crossOriginIsolated || preview || !globalThis.isSecureContext || !navigator.serviceWorker) return;
  const script = new URL("../../../isolate.js", import.meta.url);
  navigator.serviceWorker
    .register(script)
    .then(() => navigator.serviceWorker.ready)
    .then(() => {
      document.documentElement.dataset.isolation = "ready";
      dispatchEvent(new Event("isolation"));
    })
    .catch(() => {});
}
