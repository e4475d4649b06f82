/** What can wait until the page is quiet: it is not to compete with what the reader looks at. */

/** How long after a page has loaded it counts as quiet, in ms. */
export const pause = 4000;

let waiting: (() => void)[] | undefined;

/** Calls `act` once the page is quiet, one after the other; never where the reader saves data. */
export function whenQuiet(act: () => void): void {
  if (savesData()) return;
  if (waiting) return void waiting.push(act);
  waiting = [act];
  const begin = () => setTimeout(next, pause);
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin);
}

function next(): void {
  const act = waiting?.shift();
  if (!act) return void (waiting = undefined);
  act();
  // Safari has no idle callbacks.
  if ("requestIdleCallback" in globalThis) requestIdleCallback(next);
  else setTimeout(next, 50);
}

/** Calls `act` when a page has loaded and the browser has nothing else to do. */
export function whenLoaded(act: () => void): void {
  const begin = () => {
    // Safari has no idle callbacks.
    if ("requestIdleCallback" in globalThis) requestIdleCallback(act, {timeout: 2000});
    else setTimeout(act, 500);
  };
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin);
}

/** Whether the browser knows the connection to be slow: megabytes that nobody asked for would be in the way. */
export function isSlow(): boolean {
  const {effectiveType = "4g"} = (navigator as {connection?: {effectiveType?: string}}).connection ?? {};
  return effectiveType !== "4g";
}

/** Whether the reader asked for less traffic. */
export function savesData(): boolean {
  return (navigator as {connection?: {saveData?: boolean}}).connection?.saveData ?? false;
}
