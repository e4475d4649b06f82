// node --import tsx bench/corpus-search.ts [IMAGES]: the processor time of a search over made-up rows, for a 12-layer model with 14 × 14 patches.
import {rectangle, searchRows, type CorpusRows} from "../components/analysis/corpus/rows.js";
import {seededRandom} from "../components/analysis/random.js";

const images = Number(process.argv[2] ?? 3163);
const [layers, side] = [12, 14] as const;
const random = seededRandom(1);
/** A patch in eight is in the set. */
const bits = () => Math.floor(256 * random()) & Math.floor(256 * random()) & Math.floor(256 * random());
const rows: CorpusRows = {
  name: "made up",
  provenance: {model: "none", weights: "0", device: "none", method: "none", options: [], versions: {}},
  grid: [side, side],
  layers,
  names: Array.from({length: images}, (_, i) => `image-${i}`),
  sets: {som: Uint8Array.from({length: images * layers * Math.ceil((side * side) / 8)}, bits)},
  norms: Uint8Array.from({length: images * layers * side * side}, () => 100 + Math.floor(100 * random()))
};
const times = Array.from({length: 60}, (_, i) => {
  const patches = rectangle(rows.grid, 0, i * 3);
  const begun = process.cpuUsage();
  searchRows(rows, {detector: "som", layer: i % layers, patches, norm: i % 3});
  return process.cpuUsage(begun).user / 1000;
}).toSorted((a, b) => a - b);
console.log(`${images} images: median ${times[30].toFixed(1)} ms, slowest of 60 ${times.at(-1)!.toFixed(1)} ms`);
