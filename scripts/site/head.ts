/** What pages say about themselves to search engines, to whoever is sent a link, and to the browser. */
import {earlyScript} from "./early.js";
import {placesStyle} from "./places.js";
import {pagePolicy} from "./policy.js";

export interface PageHead {
  /** The page's file: "attention.html". */
  file: string;
  /** Where the site will be, such as "https://name.github.io/sfp-explorer/"; unknown for most builds. */
  site?: string;
  /** Hosts that the page may ask beside its own. */
  hosts?: readonly string[];
  /** A data file that the page asks for first, below `data/`. */
  early?: string;
}

/** Adds policy, description and social tags to a built page. */
export function completeHead(written: string, {file, site, hosts, early}: PageHead): string {
  const html =
    early && !written.includes("sfpEarly") ? written.replace("<title>", `${earlyScript(early)}\n<title>`) : written;
  const title = text(/<title>([\s\S]*?)<\/title>/.exec(html)?.[1]) ?? "SFP Explorer";
  // A page's lead asks its question; that is its best description.
  const lead = text(/<p class="lead">([\s\S]*?)<\/p>/.exec(html)?.[1]);
  const tags = [
    `<meta http-equiv="Content-Security-Policy" content="${pagePolicy(html, hosts)}">`,
    `<meta name="referrer" content="no-referrer">`,
    ...(lead ? [`<meta name="description" content="${lead}">`] : []),
    `<meta property="og:title" content="${title}">`,
    `<meta property="og:type" content="website">`,
    ...(lead ? [`<meta property="og:description" content="${lead}">`] : []),
    // Some that read it want a whole address; the others take this one.
    `<meta property="og:image" content="${site ?? "../".repeat(file.split("/").length - 1)}social.png">`,
    `<meta name="twitter:card" content="summary_large_image">`,
    // Both need a whole address, host and all.
    ...(site
      ? [`<link rel="canonical" href="${site}${file}">`, `<meta property="og:url" content="${site}${file}">`]
      : [])
  ];
  const places = html.includes("--drawing-place") ? "" : placesStyle(file.replace(/\.html$/, ""));
  return html
    .replace("</head>", `${places}</head>`)
    .replace(/<meta charset="utf-8">/i, (charset) => [charset, ...tags].join("\n"));
}

/** Words of a piece of HTML, safe within an attribute. */
function text(html: string | undefined): string | undefined {
  return html
    ?.replace(/<[^>]*>/g, "")
    .replace(/\s+/g, " ")
    .replaceAll('"', "&quot;")
    .trim();
}
