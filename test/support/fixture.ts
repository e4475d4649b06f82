// Made-up numbers in the shape that models give them, for tests of figures only: no page of the site
// shows them. Attention decays with distance; from layer 6 on, a few patches become sinks.
import type {AttentionMap, RecordSource, Trunk, TrunkRecord} from "../../components/records/record.js";

const layers = 12;
const heads = 3;
const [rows, columns] = [14, 14];
const patches = rows * columns;
const tokens = patches + 1;

/** Patches that become outliers, and the layer (0-based) in which each does. */
export const planted: readonly (readonly [patch: number, layer: number])[] = [
  [17, 5],
  [18, 6],
  [100, 6],
  [121, 7],
  [175, 8]
];

/** A source of planted numbers; the same on every call. */
export function fixture(image = "fixture"): RecordSource {
  const attention = (trunk: Trunk, layer: number, head: number) => makeAttention(trunk, layer, head);
  const mean = (trunk: Trunk, layer: number): AttentionMap => {
    const values = new Float32Array(tokens * tokens);
    for (let head = 0; head < heads; ++head) {
      const map = attention(trunk, layer, head);
      for (let i = 0; i < values.length; ++i) values[i] += map.values[i] / heads;
    }
    return {tokens, values};
  };
  return {
    record: {
      image,
      grid: [rows, columns],
      prefix: {classToken: true, registers: 0},
      layers,
      heads,
      trunks: {plain: makeTrunk("plain"), purified: makeTrunk("purified")},
      provenance: {
        model: "made-up numbers",
        weights: "0".repeat(64),
        device: "no device",
        method: "fixture",
        options: [],
        versions: {}
      }
    },
    attention: async (trunk, layer) => mean(trunk, layer),
    headAttention: async (trunk, layer) => Array.from({length: heads}, (_, head) => attention(trunk, layer, head)),
    repairs: async () => {
      throw new Error("the fixture has no repairs");
    },
    features: async () => {
      throw new Error("the fixture has no features");
    }
  };
}

/** How strongly a token draws attention in a layer, beyond what its place earns it. */
function pull(trunk: Trunk, layer: number, token: number): number {
  const found = planted.find(([patch]) => patch + 1 === token);
  if (!found || layer < found[1]) return 0;
  const grown = Math.min(4, layer - found[1] + 1);
  return trunk === "plain" ? 4 * grown : 0.5 * grown;
}

const cache = new Map<string, AttentionMap>();

function makeAttention(trunk: Trunk, layer: number, head: number): AttentionMap {
  const key = `${trunk} ${layer} ${head}`;
  const known = cache.get(key);
  if (known) return known;
  const values = new Float32Array(tokens * tokens);
  for (let query = 0; query < tokens; ++query) {
    let sum = 0;
    for (let token = 0; token < tokens; ++token) {
      // An outlier draws every other token more than itself.
      const drawn = query > 0 ? pull(trunk, layer, query) : 0;
      const own = query === token ? (drawn > 0 ? 0.2 - 0.8 * drawn : 2) : 0;
      const near = query > 0 && token > 0 ? Math.exp(-distance(query - 1, token - 1) / (1.5 + head)) : 0.12;
      const wave = 0.08 * (1 + Math.sin(token * 0.7 + head));
      sum += values[query * tokens + token] = own + near + wave + pull(trunk, layer, token) * (query === 0 ? 1.4 : 1);
    }
    for (let token = 0; token < tokens; ++token) values[query * tokens + token] /= sum;
  }
  const map = {tokens, values};
  cache.set(key, map);
  return map;
}

function makeTrunk(trunk: Trunk): TrunkRecord {
  const classRows = new Float32Array(layers * heads * patches);
  const diagonals = new Float32Array(layers * heads * patches);
  const classSelf = new Float32Array(layers * heads);
  const norms = new Float32Array(layers * tokens);
  const outliers = new Uint8Array(layers * patches);
  for (let layer = 0; layer < layers; ++layer) {
    for (let head = 0; head < heads; ++head) {
      const {values} = makeAttention(trunk, layer, head);
      classSelf[layer * heads + head] = values[0];
      for (let i = 0; i < patches; ++i) {
        classRows[(layer * heads + head) * patches + i] = values[i + 1];
        diagonals[(layer * heads + head) * patches + i] = values[(i + 1) * tokens + i + 1];
      }
    }
    for (let token = 0; token < tokens; ++token) {
      norms[layer * tokens + token] = 20 + 3 * Math.sin(token) + 25 * pull(trunk, layer, token);
    }
    for (let i = 0; i < patches; ++i) {
      const mean = (list: Float32Array) =>
        Array.from({length: heads}, (_, head) => list[(layer * heads + head) * patches + i]).reduce((a, b) => a + b) /
        heads;
      outliers[layer * patches + i] = Number(mean(diagonals) < mean(classRows));
    }
  }
  return {
    classRows,
    diagonals,
    classSelf,
    norms,
    repairedNorms: norms.slice(),
    outliers,
    isolated: new Uint8Array(layers * patches)
  };
}

function distance(a: number, b: number): number {
  return Math.hypot(Math.floor(a / columns) - Math.floor(b / columns), (a % columns) - (b % columns));
}
