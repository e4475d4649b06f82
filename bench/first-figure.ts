// node --import tsx bench/first-figure.ts [--folder dist ...] [--page attention ...] [--rounds 3] [--budget]
// Opens pages of the built site in Chromium over a slow line (1.6 Mbit/s, 150 ms a round trip, text compressed) with a
// quarter of the processor, and says when the first figure is drawn, what was fetched until then, and how much the layout
// shifts. Several folders are measured in turns. --budget fails where a page is past what `budgets` allows.
import {existsSync} from "node:fs";
import {parseArgs} from "node:util";
import type {Browser} from "playwright-core";
import {base, launch} from "../test/support/harness.js";
import {serveCompressed} from "../test/support/hosts.js";
import {budgets, pastBudget, visit, type Visit} from "../test/support/slow-line.js";

const {values} = parseArgs({
  options: {
    folder: {type: "string", multiple: true, default: ["dist"]},
    page: {type: "string", multiple: true, default: Object.keys(budgets)},
    rounds: {type: "string", default: "3"},
    budget: {type: "boolean", default: false}
  }
});
for (const folder of values.folder)
  if (!existsSync(folder)) {
    console.error(`${folder}: there is no such folder. Build the site first: npm run build`);
    process.exit(1);
  }

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** One round of a page in each folder, one after the other. */
async function measure(browser: Browser, page: string): Promise<Map<string, Visit[]>> {
  const visits = new Map(values.folder.map((folder) => [folder, [] as Visit[]]));
  for (let round = 0; round < Number(values.rounds); ++round)
    for (const folder of values.folder) {
      const host = await serveCompressed(folder, base);
      visits.get(folder)!.push(await visit(browser, host.url, page));
      await host.close();
    }
  return visits;
}

const browser = await launch();
console.log(
  "page, folder: first figure (s, median and least), requests and kB until then, requests in all, layout shift"
);
for (const page of values.page)
  for (const [folder, visits] of await measure(browser, page)) {
    const seconds = visits.map(({first}) => first / 1000);
    const typical = visits[0];
    console.log(
      `${page}, ${folder}: ${median(seconds).toFixed(1)} (${Math.min(...seconds).toFixed(1)}) s, ${typical.requests} requests, ` +
        `${(typical.bytes / 1000).toFixed(0)} kB, ${typical.allRequests} in all, shift ${median(visits.map(({shift}) => shift)).toFixed(3)}`
    );
    const past = values.budget ? pastBudget(page, typical) : [];
    if (past.length) {
      console.error(["Past its budget (test/support/slow-line.ts):", ...past].join("\n  "));
      process.exitCode = 1;
    }
  }
await browser.close();
