import type {DetectorId} from "../../analysis/detectors/index.js";
import {detectorsOf} from "../../analysis/corpus/facts.js";
import {rectangle, searchRows, type CorpusRows, type Match, type RowQuery} from "../../analysis/corpus/rows.js";
import {rampLegend} from "../../charts/legend.js";
import {patchMap} from "../../charts/patchMap.js";
import {plate} from "../../charts/plate.js";
import {maximum} from "../../charts/reading.js";
import {loadRows} from "../../site/corpora.js";
import type {Place} from "../../site/feed.js";
import {siteRoot} from "../../site/files.js";
import {listPhotos, photoAddress, type Photo} from "../../site/library.js";
import {h} from "../../ui/dom.js";
import {slider} from "../../ui/inputs.js";
import {detectorTitle} from "../detectors/reading.js";
import {figure, provenance} from "../frame/figure.js";
import {followImages, type CorpusView} from "../frame/followCorpus.js";
import type {Rows} from "../frame/rows.js";
import {detectorControl, detectorOf} from "./counts.js";
import {searchTitle} from "./words.js";

/** Photos that are listed; the figure's file has all. */
const mostListed = 24;

/** What was looked for in which images, and what was found. */
interface Found {
  rows: CorpusRows;
  query: RowQuery;
  places: Uint32Array;
  matches: Match[];
}

function build({store}: Place) {
  const map = patchMap({
    grid: [14, 14],
    label: "share of photos in which the patch is an outlier",
    unit: "% of photos",
    onHover: (hover) => store.point({hover}),
    onBrush: (corner, opposite) => store.set({corpus: {corner, opposite}})
  });
  const mapFrame = plate(map, {title: "drag a rectangle"});
  const list = h("ul", {class: "found-photos"});
  const listFrame = plate(list, {title: ""});
  const norm = slider({
    label: "Norm at least",
    least: 0,
    most: 100,
    value: store.value.corpus.norm,
    suffix: "× median",
    hint: "The least norm of a patch, times the median of its layer; 0 takes all",
    onChange: (value) => store.set({corpus: {norm: value}})
  });
  const legend = rampLegend({label: "outlier, % of photos", domain: [0, 100], scale: "linear"});
  return {content: h("div", {class: "beside"}, mapFrame, listFrame), map, mapFrame, list, listFrame, norm, legend};
}

/** Which images have an outlier in a rectangle of patches, in the chosen layer and of at least the chosen norm. */
export function corpusSearch(place: Place): HTMLElement {
  const {store} = place;
  const parts = build(place);
  const frame = figure(parts.content, place, {
    id: "corpus-search",
    title: "Which photos have an outlier here?",
    waiting: "Loading the sets and norms of each photo.",
    lede: "Left: share of photos in which each patch is in the detector’s set and has at least the chosen norm. Right: the photos with such a patch in the rectangle, largest norm first.",
    controls: [detectorControl(store), parts.norm],
    legend: [parts.legend],
    reading:
      "Drag to draw the rectangle, or use Shift and the arrow keys. Norms are accurate to 2.2 %. A click on a photo opens it on the Detectors page; photos of PASCAL VOC are named only, because this site may not ship them.",
    data: () => (found ? matchRows(found, known) : [])
  });
  let found: Found | undefined;
  let known: ReadonlyMap<string, Photo> = new Map();
  const point = () => {
    const {hover} = store.pointing;
    parts.map.update({hover});
    const count = hover === null ? undefined : found?.places[hover];
    parts.mapFrame.update({readout: count === undefined ? "" : `${count} of ${found!.rows.names.length} photos`});
  };
  store.subscribePointing(point);
  const load: typeof loadRows = async (selection) => {
    known = new Map((await listPhotos()).map((photo) => [photo.id, photo]));
    return loadRows(selection);
  };
  followImages(store, frame, load, (view) => {
    found = search(view);
    paint(parts, found, known);
    const {rows, query, matches} = found;
    const notes = [detectorTitle(query.detector), "default options", "without SOM", `${rows.names.length} photos`];
    frame.update({
      title: searchTitle(found),
      source: provenance({image: rows.name, provenance: rows.provenance}, {layer: query.layer + 1, notes}),
      drawn: {
        images: rows.names.length,
        detector: query.detector,
        layer: query.layer + 1,
        norm: query.norm,
        patches: query.patches.length,
        matches: matches.length
      }
    });
    point();
  });
  return frame;
}

function search({corpus: rows, layer, selection}: CorpusView<CorpusRows>): Found {
  const {corner, opposite, norm} = selection.corpus;
  const [height, width] = rows.grid;
  const [from, to] = [corner, opposite].map((patch) => Math.min(patch, height * width - 1));
  const asked = detectorOf(selection);
  const detector: DetectorId = detectorsOf(rows.sets).includes(asked) ? asked : "som";
  const query = {detector, layer, patches: rectangle(rows.grid, from, to), norm: rows.norms.length ? norm : 0};
  return {rows, query, ...searchRows(rows, query)};
}

function paint(
  {map, list, listFrame, norm, legend}: ReturnType<typeof build>,
  {rows, query, places, matches}: Found,
  known: ReadonlyMap<string, Photo>
): void {
  const shares = Array.from(places, (count) => (100 * count) / rows.names.length);
  const domain = [0, maximum(shares) || 1] as const;
  map.update({grid: rows.grid, values: shares, domain, scale: "linear", brush: new Set(query.patches)});
  legend.update({domain, scale: "linear"});
  norm.update({value: query.norm});
  norm.hidden = !rows.norms.length;
  list.replaceChildren(...matches.slice(0, mostListed).map((match) => item(rows, query, match, known)));
  const more = matches.length > mostListed ? `, the first ${mostListed}` : "";
  listFrame.update({title: `${matches.length} ${matches.length === 1 ? "photo" : "photos"}${more}`});
}

/** A photo that was found: it leads to its own figures where the site has it. */
function item(
  {names, provenance: {model}}: CorpusRows,
  {layer}: RowQuery,
  {image, patches, largest}: Match,
  known: ReadonlyMap<string, Photo>
): HTMLElement {
  const name = names[image];
  const photo = known.get(name);
  const size = `${patches} ${patches === 1 ? "patch" : "patches"}`;
  const words = h("small", {}, Number.isNaN(largest) ? size : `${size}, norm up to ${largest.toPrecision(2)} × median`);
  if (!photo) return h("li", {title: "This photo is not on this site"}, h("span", {}, name), words);
  const url = new URL("detectors.html", siteRoot);
  url.search = new URLSearchParams({image: name, model, layer: String(layer + 1)}).toString();
  const picture = h("img", {src: photoAddress(name), alt: "", width: 48, height: 48, loading: "lazy"});
  return h("li", {}, h("a", {href: url.href, title: photo.alt}, picture, h("span", {}, photo.title)), words);
}

/** A row a photo that was found. */
function matchRows({rows, query, matches}: Found, known: ReadonlyMap<string, Photo>): Rows {
  return matches.map(({image, patches, largest}) => ({
    image: rows.names[image],
    detector: query.detector,
    layer: query.layer + 1,
    patches,
    largest: Number.isNaN(largest) ? "" : largest,
    on_site: known.has(rows.names[image]) ? 1 : 0
  }));
}
