/** Every array that the figures of a live run draw, as files that NumPy reads, in the precision of the run. */
import {prefixLength, trunks, type ImageRecord, type RecordSource, type Trunk} from "../../records/record.js";
import {fileVersions} from "../../records/versions.js";
import type {NamedBytes} from "./zip.js";

/** What was run. */
export interface LiveRun {
  source: RecordSource;
  /** Methods with masks. */
  methods: readonly string[];
  /** Model, size and device. */
  note: string;
}

/** An array that goes along, and what the readme says of it. */
interface NamedArray {
  name: string;
  about: string;
  shape: readonly number[];
  data: Float32Array | Uint8Array;
}

/** A .npy file an array, `provenance.json`, and `README.txt`, which says what each holds. */
export async function* filesOfRun(run: LiveRun): AsyncGenerator<NamedBytes> {
  const {writeNpy} = await import("../../exchange/npy.js");
  const {record} = run.source;
  const told: string[] = [];
  for await (const {name, about, shape, data} of arrays(run)) {
    told.push(`${name}  ${shape.join(" x ")}  ${data instanceof Float32Array ? "float32" : "uint8"}\n  ${about}`);
    yield {name, bytes: writeNpy({shape, data})};
  }
  const text = (value: string) => new TextEncoder().encode(`${value}\n`);
  const {image, grid, prefix, layers, heads, provenance} = record;
  yield {
    name: "provenance.json",
    bytes: text(
      JSON.stringify({version: fileVersions.record, image, grid, prefix, layers, heads, ...provenance}, undefined, 2)
    )
  };
  yield {name: "README.txt", bytes: text(readme(run, told))};
}

async function* arrays({source, methods}: LiveRun): AsyncGenerator<NamedArray> {
  const {record} = source;
  for (const trunk of trunks) {
    yield* recordArrays(record, trunk);
    const maps = await Promise.all(Array.from({length: record.layers}, (_, layer) => source.attention(trunk, layer)));
    const {tokens} = maps[0];
    const data = new Float32Array(maps.length * tokens * tokens);
    for (const [layer, {values}] of maps.entries()) data.set(values, layer * tokens * tokens);
    yield {
      name: `${trunk}-attention.npy`,
      about: "attention, mean over heads: layer, query, key; each row sums to 1",
      shape: [maps.length, tokens, tokens],
      data
    };
  }
  const others = methods.filter((method) => method !== "sfp");
  for (const stage of ["plain", "som", "sae", "vis", ...others]) {
    const {width, values} = await source.features(stage);
    yield {
      name: `features-${stage}.npy`,
      about: stages[stage] ?? `dense features of ${stage}: patch, channel`,
      shape: [values.length / width, width],
      data: values
    };
  }
}

const stages: Readonly<Record<string, string>> = {
  plain: "output of the last layer but one without SOM, through the head: patch, channel",
  som: "the same with SOM: patch, channel",
  sae: "with self-self attention in the last layer (Eq. 6-7): patch, channel",
  vis: "SFP's features, mixed by the integrated attention (Eq. 8-11): patch, channel"
};

/** What is known of every layer of a trunk. */
function recordArrays({grid, prefix, layers, heads, trunks: known}: ImageRecord, trunk: Trunk): NamedArray[] {
  const patches = grid[0] * grid[1];
  const tokens = prefixLength(prefix) + patches;
  const {classRows, diagonals, norms, repairedNorms, outliers, isolated} = known[trunk];
  const entries: [string, string, number[], Float32Array | Uint8Array][] = [
    ["class-rows", "attention from the class token to each patch: layer, head, patch", [heads, patches], classRows],
    ["diagonals", "attention of each patch to itself: layer, head, patch", [heads, patches], diagonals],
    ["norms", "token norms of each block's own output: layer, token", [tokens], norms],
    ["repaired-norms", "the same after SOM's repair: layer, token", [tokens], repairedNorms],
    ["outliers", "1 where Eq. 4 finds an outlier: layer, patch", [patches], outliers],
    ["isolated", "1 where an outlier had no neighbour to be repaired from: layer, patch", [patches], isolated]
  ];
  return entries.map(([name, about, rest, data]) => ({
    name: `${trunk}-${name}.npy`,
    about,
    shape: [layers, ...rest],
    data
  }));
}

function readme({source: {record}, note}: LiveRun, told: readonly string[]): string {
  const {model, weights, method, options} = record.provenance;
  const {classToken, registers} = record.prefix;
  const first = [classToken && "the class token", registers && `${registers} registers`]
    .filter(Boolean)
    .join(", then ");
  return [
    `Arrays of one live run of SFP Explorer: ${record.image}, ${note}.`,
    `Model ${model}, weights SHA-256 ${weights}, method ${[method, ...options].join(" ")}.`,
    "",
    "Read a file with numpy.load. Values are those that the run returned: nothing was rounded for storage.",
    "Layers and patches are counted from 0 here, in the order of the file. Patch i is row i // columns, column",
    `i % columns of a grid of ${record.grid[0]} x ${record.grid[1]}. Tokens: ${first ? `${first}, then ` : ""}the patches.`,
    '"plain" is the network as it was trained, "purified" with SOM after every layer.',
    "",
    ...told
  ].join("\n");
}
