/** Completes a built site: heads of pages, files that hosts look for, and the list that offline use goes by. */
import {copyFileSync, readFileSync, readdirSync, statSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {firstRecord} from "./early.js";
import {completeHead} from "./head.js";
import {hostHeaders} from "./headers.js";
import {offlineList} from "./offline.js";

export interface FinishOptions {
  /** The site's whole address, when that is known. */
  site?: string;
  /** Hosts that the Live page fetches models from. */
  hosts?: readonly string[];
}

/** Turns what Framework wrote into what is published. */
export function finishSite(folder: string, {site, hosts = []}: FinishOptions = {}): void {
  const files = (readdirSync(folder, {recursive: true, encoding: "utf8"}) as string[])
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => statSync(join(folder, file)).isFile())
    .toSorted();
  const write = (name: string, content: string) => writeFileSync(join(folder, name), content);
  const pages = files.filter((file) => file.endsWith(".html"));
  for (const file of pages) {
    const html = readFileSync(join(folder, file), "utf8");
    const early = firstRecord(folder, html);
    write(file, completeHead(html, {file, site, hosts: file === "live.html" ? hosts : [], early}));
  }
  write("offline.json", JSON.stringify(offlineList(folder, files)));
  write("_headers", hostHeaders(hosts));
  // The service worker is what gives workers their policy on hosts that send no headers. Framework would make a module of
  // it, and a module cannot be registered everywhere.
  write("isolate.js", withHosts(readFileSync("src/isolate.js", "utf8"), hosts));
  write(".nojekyll", "");
  const listed = pages.filter((file) => file !== "404.html");
  write("robots.txt", ["User-agent: *", "Allow: /", ...(site ? [`Sitemap: ${site}sitemap.xml`] : []), ""].join("\n"));
  if (site) write("sitemap.xml", sitemap(listed.map((file) => site + file)));
  copyFileSync("data/social.png", join(folder, "social.png"));
}

function withHosts(worker: string, hosts: readonly string[]): string {
  const [before, after, ...rest] = worker.split('const modelHosts = "";');
  if (after === undefined || rest.length) throw new Error("isolate.js has no one place for the hosts of models.");
  return `${before}const modelHosts = ${JSON.stringify(hosts.join(" "))};${after}`;
}

function sitemap(addresses: string[]): string {
  const entries = addresses.map((address) => `  <url><loc>${address.replaceAll("&", "&amp;")}</loc></url>`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
    ...entries,
    "</urlset>",
    ""
  ].join("\n");
}
