import {existsSync, mkdirSync} from "node:fs";
import type MarkdownIt from "markdown-it";
import {causesPath} from "./components/analysis/causes.js";
import {faces} from "./components/figures/export/faces.js";
import {modelsOfSite} from "./data/site/models.js";
import {sitePhotos} from "./data/site/photos.js";
import {modelFiles, modelHosts, shippedModels} from "./data/site/shipped.js";
import {markTerms} from "./scripts/site/glossary.js";
import {inlineScripts} from "./scripts/site/inline.js";
import {repositoryAddress} from "./scripts/site/repository.js";

// As it bundles its client, Framework looks up the latest version of each library it offers, used
// or not. A version in its cache spares it the network, and one that does not exist keeps such a
// library from being fetched by mistake: everything is imported from node_modules instead.
for (const name of [
  "@observablehq/plot",
  "@observablehq/sample-datasets",
  "apache-arrow",
  "arquero",
  "d3",
  "d3-dsv",
  "echarts",
  "htl",
  "leaflet",
  "lodash",
  "mapbox-gl",
  "parquet-wasm",
  "react",
  "react-dom",
  "topojson-client"
])
  mkdirSync(`src/.observablehq/cache/_npm/${name}@0.0.0-use-node-modules`, {recursive: true});

process.env.OBSERVABLE_TELEMETRY_DISABLE ??= "true";

// The Live page promises that nothing leaves the machine: the browser itself holds it to that. (A
// library of the engine probes for Node with eval, which is harmless; refusing it fills the console.)
// Hosts that models are fetched from are the exception, and the page asks before it asks them.
const connect = ["'self' blob: data:", ...(await modelHosts())].join(" ");
const privacy = `<meta http-equiv="Content-Security-Policy" content="default-src 'self' blob: data:; connect-src ${connect}; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline' data:; form-action 'none'">`;

const pages = [
  {name: "Overview", path: "/"},
  {name: "The story", path: "/story"},
  {
    name: "One image",
    pages: [
      {name: "Attention", path: "/attention"},
      {name: "Diagonal against class", path: "/diagonal"},
      {name: "Features", path: "/features"},
      {name: "Propagation", path: "/propagation"},
      {name: "Heads", path: "/heads"},
      {name: "Causes", path: "/causes"},
      {name: "Integration", path: "/integration"},
      {name: "Segmentation", path: "/segmentation"},
      {name: "Detectors", path: "/detectors"}
    ]
  },
  {
    name: "Many images",
    pages: [
      {name: "Corpus", path: "/corpus"},
      {name: "Models", path: "/models"},
      {name: "Results", path: "/results"}
    ]
  },
  {
    name: "Yours",
    pages: [
      {name: "Live", path: "/live"},
      {name: "Deck", path: "/deck"},
      {name: "Photos", path: "/images"},
      {name: "Method", path: "/method"},
      {name: "Glossary", path: "/glossary"}
    ]
  }
];

/** A page is listed once its file exists, so that the sidebar never links to nothing. */
function written<T extends {path?: string; pages?: {path: string}[]}>(list: T[]): T[] {
  const exists = (path: string) => existsSync(`src${path === "/" ? "/index" : path}.md`);
  return list
    .map((page) => (page.pages ? {...page, pages: page.pages.filter((p) => exists(p.path))} : page))
    .filter((page) => (page.pages ? page.pages.length > 0 : exists(page.path!)));
}

const analysed = await modelsOfSite();

/** What pages can choose from, known before any file is loaded. */
const models = `<meta name="sfp-models" content="${analysed.map(({id, words}) => `${id}=${words}`).join(" ")}">`;

const address = repositoryAddress();
const repository = address ? `<meta name="sfp-repository" content="${address}">` : "";

/**
 * Files that pages name at run time keep their exact paths. The photos' pictures and analyses, many files each, are
 * put beside them by `scripts/site/photos.ts`.
 */
async function* dataFiles(): AsyncGenerator<string> {
  if (existsSync("data/models/mini/lexicon.json")) {
    yield "/data/models/mini/lexicon.json";
    yield "/data/near.json.gz";
  }
  for (const {file} of faces) yield `/data/fonts/${file}`;
  for (const {id, words} of analysed) {
    for (const file of ["photos.json", "photos-rows.arrow.gz"]) yield `/data/corpus/${id}/${file}`;
    if (words === "list" || words === "lexicon")
      yield `/data/records/${id}/${words === "list" ? "words" : "classifier"}.arrow.gz`;
  }
  for (const model of ["mini", "vit-ti-16"])
    for (const file of ["causes-voc.json", "corpus-voc-rows.arrow.gz"])
      if (existsSync(`data/snapshots/${model}/${file}`)) yield `/data/snapshots/${model}/${file}`;
  for (const {hash} of sitePhotos()) {
    const file = `data/${causesPath("mini", hash)}`;
    if (existsSync(file)) yield `/${file}`;
  }
  for (const model of shippedModels())
    for (const file of await modelFiles(model)) yield `/data/models/${model.id}/${file}`;
  for (const {whole} of sitePhotos()) if (!whole.startsWith("photos/")) yield `/data/${whole}`;
}

export default {
  root: "src",
  title: "SFP Explorer",
  base: process.env.BASE ?? "/",
  style: "style.css",
  globalStylesheets: [], // and not Google Fonts
  head: ({path}: {path: string}) =>
    `${path === "/live" ? privacy : ""}<link rel="icon" href="/data/icon.svg" type="image/svg+xml"><link rel="stylesheet" href="/data/fonts.css"><script type="module" src="/components/page/everyPage.js"></script><script type="module" src="/components/live/kept/guest.js"></script>${models}${repository}${inlineScripts}`,
  footer: `Attention outliers in vision transformers, after <i>Feature Purification Matters</i> (ICCV 2025). <a href="/glossary">Glossary</a> · <a href="/#tour">Tour</a>`,
  // Links name files: many static hosts serve nothing else.
  preserveExtension: true,
  preserveIndex: true,
  search: true,
  toc: false,
  pages: written(pages),
  dynamicPaths: dataFiles,
  markdownIt: (md: MarkdownIt) => markTerms(md),
  interpreters: {".ts": ["node", "--import", "tsx"]}
};
