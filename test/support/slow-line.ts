/** A visit over a slow line, and what it may cost. */
import type {Browser} from "playwright-core";

export interface Visit {
  /** When the first figure was drawn, in ms from the navigation's start. */
  first: number;
  /** Requests and bytes, as they came over the line, until then. */
  requests: number;
  bytes: number;
  /** Requests until the page was quiet, at its beginning. */
  allRequests: number;
  /** The layout's shift, as browsers sum it up (CLS). */
  shift: number;
}

/**
 * What a page may take: kilobytes until its first figure, compressed as hosts do; requests until it is quiet, of which 40
 * are the goal; and its layout's shift. They hold what was reached (docs/measuring.md).
 */
export const budgets: Record<string, {kilobytes: number; requests: number; shift: number}> = {
  index: {kilobytes: 550, requests: 40, shift: 0.05},
  attention: {kilobytes: 600, requests: 40, shift: 0.05},
  diagonal: {kilobytes: 600, requests: 40, shift: 0.05},
  features: {kilobytes: 750, requests: 40, shift: 0.2},
  segmentation: {kilobytes: 1200, requests: 45, shift: 0.05},
  causes: {kilobytes: 700, requests: 40, shift: 0.05},
  corpus: {kilobytes: 700, requests: 40, shift: 0.05},
  detectors: {kilobytes: 700, requests: 40, shift: 0.05}
};

/** What of a visit is past the page's budget, as sentences. */
export function pastBudget(page: string, {bytes, allRequests, shift}: Visit): string[] {
  const budget = budgets[page];
  return [
    ...(bytes > 1000 * budget.kilobytes
      ? [`${page}: ${Math.round(bytes / 1000)} kB until its first figure, ${budget.kilobytes} at most`]
      : []),
    ...(allRequests > budget.requests ? [`${page}: ${allRequests} requests, ${budget.requests} at most`] : []),
    ...(shift > budget.shift ? [`${page}: its layout shifts by ${shift.toFixed(3)}, ${budget.shift} at most`] : [])
  ];
}

interface Marks {
  first: number;
  shift: number;
}

/** Notes in the page when the first figure is drawn, and what shifts. */
function watch(): void {
  const marks: Marks = {first: 0, shift: 0};
  Object.assign(globalThis, {marks});
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & {value: number; hadRecentInput: boolean})[])
      if (!entry.hadRecentInput) marks.shift += entry.value;
  }).observe({type: "layout-shift", buffered: true});
  const seen = new MutationObserver(() => {
    if (!document.querySelector("figure[data-drawn] .figure-drawing:not(.is-empty)")) return;
    seen.disconnect();
    requestAnimationFrame(() => (marks.first = performance.now()));
  });
  seen.observe(document, {subtree: true, childList: true, attributeFilter: ["data-drawn", "class"]});
}

/** What slows a visit: a line of so many bits a second, and a part of the processor. */
export const slow = {megabits: 1.6, latency: 150, slowdown: 4};

/** Opens a page for the first time, and waits until it is quiet; without `line`, as fast as the machine is. */
export async function visit(
  browser: Browser,
  site: string,
  name: string,
  line: typeof slow | undefined = slow
): Promise<Visit> {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}, serviceWorkers: "block"});
  const page = await context.newPage();
  await page.addInitScript("try { localStorage.setItem('sfp-tour', 'offered') } catch {}");
  await page.addInitScript("globalThis.__name = (value) => value");
  await page.addInitScript(watch);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  if (line) {
    const throughput = (line.megabits * 1e6) / 8;
    await devtools.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: line.latency,
      downloadThroughput: throughput,
      uploadThroughput: throughput
    });
    await devtools.send("Emulation.setCPUThrottlingRate", {rate: line.slowdown});
  }
  let requests = 0;
  let bytes = 0;
  // What is stored for later visits, once the page is quiet, is not part of this one.
  let storing = false;
  devtools.on("Network.requestWillBeSent", ({request: {url}}) => {
    storing ||= url.endsWith("/offline.json");
    if (!storing && url.startsWith("http")) ++requests;
  });
  devtools.on("Network.dataReceived", ({encodedDataLength}) => void (bytes += encodedDataLength));
  await page.goto(`${site}${name}.html`, {waitUntil: "commit"});
  await page.waitForFunction(() => (globalThis as unknown as {marks: Marks}).marks?.first > 0, undefined, {
    timeout: 60_000,
    polling: 50
  });
  const until = {requests, bytes};
  await page.waitForLoadState("networkidle", {timeout: 60_000});
  const {first, shift} = await page.evaluate(() => (globalThis as unknown as {marks: Marks}).marks);
  await context.close();
  return {first, ...until, allRequests: requests, shift};
}
