/** A dump as the record of an image, and the files that pages read of it. */
import {lof} from "../analysis/detectors/lof.js";
import {som} from "../analysis/detectors/som.js";
import {encodeAttention, encodeFeatures, encodeRecord} from "../records/arrow.js";
import {guardedSource} from "../records/absent.js";
import type {
  AttentionMap,
  FeatureMap,
  ImageRecord,
  Imported,
  RecordSource,
  Trunk,
  TrunkRecord
} from "../records/record.js";
import {dumpFeatures, type Dump, type Maps, type Tokens} from "./dump.js";
import type {TokenLayout} from "./layout.js";
import {mapRows, dumpNorms} from "./measure.js";

/** What a record says besides its numbers. */
export interface ImportedAs {
  /** The photo's name in the record. */
  image: string;
  model: string;
  /** The dump's name and SHA-256. */
  file: string;
  sha256: string;
  /** Versions of what imports it. */
  versions: Record<string, string>;
}

/** A layer's maps as a record keeps them, the class token first. */
export interface LayerMaps {
  mean: AttentionMap;
  heads: AttentionMap[];
}

/** A dump that was read: its record, and its maps and features as they are asked for. */
export interface ReadDump {
  record: ImageRecord;
  /** Maps of a layer (0-based) of a trunk that the dump has. */
  maps(trunk: Trunk, layer: number): LayerMaps;
  /** Tokens of a layer's output, the class token first, of a trunk that the dump has them of. */
  tokens(trunk: Trunk, layer: number): FeatureMap;
  features(stage: string): FeatureMap;
}

/**
 * Measures every layer of a dump.
 *
 * @throws Error naming array, layer and head where the dump is wrong
 */
export function recordOf(dump: Dump, layout: TokenLayout, as: ImportedAs): ReadDump {
  const {attention, purified, tokens, purifiedTokens} = dump;
  const {grid, prefix} = layout;
  const {layers, heads} = attention;
  for (const array of dump.features.values()) dumpFeatures(array, grid[0] * grid[1]);
  const absent = [
    tokens ? [] : ["tokens"],
    purified ? [] : ["purified"],
    purifiedTokens ? [] : ["purified tokens"]
  ].flat();
  const imported: Imported = {
    file: as.file,
    sha256: as.sha256,
    absent,
    heads: attention.single,
    features: [...dump.features.keys()]
  };
  const record: ImageRecord = {
    image: as.image,
    grid,
    prefix: {classToken: true, registers: prefix - 1},
    layers,
    heads,
    trunks: {
      plain: trunkOf(attention, tokens, layout),
      purified: trunkOf(purified, purifiedTokens, layout, attention)
    },
    provenance: {
      model: as.model,
      weights: as.sha256,
      device: "another program",
      method: "imported",
      options: [],
      versions: as.versions,
      imported
    }
  };
  const mapsOf = {plain: attention, purified};
  const tokensOf = {plain: tokens, purified: purifiedTokens};
  return {
    record,
    maps: (trunk, layer) => layerMaps(mapsOf[trunk]!, layer, layout),
    tokens: (trunk, layer) => {
      const {width, layer: read} = tokensOf[trunk]!;
      return {width, values: Float32Array.from(classFirst(read(layer), width, layout))};
    },
    features: (stage) => dumpFeatures(dump.features.get(stage)!, grid[0] * grid[1])
  };
}

/** A trunk's measurements. What the dump lacks is NaN, and no outlier. */
function trunkOf(maps: Maps | undefined, tokens: Tokens | undefined, layout: TokenLayout, size = maps!): TrunkRecord {
  const {layers, heads} = size;
  const patches = size.tokens - layout.prefix;
  const record: TrunkRecord = {
    classRows: new Float32Array(layers * heads * patches).fill(NaN),
    diagonals: new Float32Array(layers * heads * patches).fill(NaN),
    classSelf: new Float32Array(layers * heads).fill(NaN),
    norms: new Float32Array(layers * size.tokens).fill(NaN),
    repairedNorms: new Float32Array(layers * size.tokens).fill(NaN),
    outliers: new Uint8Array(layers * patches),
    isolated: new Uint8Array(layers * patches),
    scores: {lof: new Float32Array(layers * patches).fill(NaN)}
  };
  for (let layer = 0; layer < layers; ++layer) {
    if (maps) {
      const {classRows, diagonals, classSelf} = mapRows(maps.layer(layer), maps, layout);
      record.classRows.set(classRows, layer * heads * patches);
      record.diagonals.set(diagonals, layer * heads * patches);
      record.classSelf.set(classSelf, layer * heads);
      record.outliers.set(som({classRows, diagonals, heads}).outliers, layer * patches);
    }
    if (tokens) {
      const values = tokens.layer(layer);
      const norms = classFirst(dumpNorms(values, tokens, layout, `${tokens.name}, layer ${layer + 1}`), 1, layout);
      record.norms.set(norms, layer * size.tokens);
      // Whether a dump's purified tokens were repaired already is the dump's to say: they are taken as they are.
      record.repairedNorms.set(norms, layer * size.tokens);
      const patchTokens = values.subarray(layout.prefix * tokens.width);
      record.scores!.lof.set(lof({values: patchTokens, width: tokens.width}).scores, layer * patches);
    }
  }
  return record;
}

/** Rows of tokens with the class token moved to the front. */
function classFirst<A extends Float32Array | Float64Array>(values: A, width: number, {classIndex}: TokenLayout): A {
  if (classIndex === 0) return values;
  const moved = values.slice() as A;
  moved.set(values.subarray(0, classIndex * width), width);
  moved.set(values.subarray(classIndex * width, (classIndex + 1) * width), 0);
  return moved;
}

function layerMaps(maps: Maps, layer: number, layout: TokenLayout): LayerMaps {
  const {heads, tokens} = maps;
  const values = Float32Array.from(maps.layer(layer));
  const size = tokens * tokens;
  const each = Array.from({length: heads}, (_, head): AttentionMap => {
    const rows = classFirst(values.subarray(head * size, (head + 1) * size), tokens, layout);
    if (layout.classIndex > 0)
      for (let row = 0; row < tokens; ++row) {
        const part = rows.subarray(row * tokens, (row + 1) * tokens);
        part.set(classFirst(part, 1, layout));
      }
    return {tokens, prefix: layout.prefix, values: rows};
  });
  const mean = new Float32Array(size);
  for (let i = 0; i < size; ++i) mean[i] = each.reduce((sum, map) => sum + map.values[i], 0) / heads;
  return {mean: {tokens, prefix: layout.prefix, values: mean}, heads: each};
}

/** A dump as figures read any record: what it lacked is refused by name, and maps are made as they are asked for. */
export function sourceOf({record, maps, tokens, features}: ReadDump): RecordSource {
  return guardedSource({
    record,
    attention: async (trunk, layer) => maps(trunk, layer).mean,
    headAttention: async (trunk, layer) => maps(trunk, layer).heads,
    features: async (stage) => features(stage),
    tokens: async (trunk, layer) => tokens(trunk, layer),
    repairs: () => Promise.reject(new Error("an import has none"))
  });
}

/** Coding levels of `encodeAttention` in records: means stay within 1 / 90 of a row's largest value, heads within 1 / 20. */
export const meanLevels = 90;
export const headLevels = 20;

/** The files of an imported image, by their names. */
export function recordFiles({record, maps, features}: ReadDump): Record<string, Uint8Array> {
  const {absent, heads, features: stages} = record.provenance.imported!;
  const files: Record<string, Uint8Array> = {"summary.arrow": encodeRecord(record)};
  const layers = Array.from({length: record.layers}, (_, layer) => layer);
  for (const trunk of ["plain", "purified"] as const) {
    if (absent.includes(trunk)) continue;
    const means = layers.map((layer) => {
      const found = maps(trunk, layer);
      if (trunk === "plain" && heads)
        files[`heads-plain-${layer + 1}.arrow`] = encodeAttention(found.heads, headLevels);
      return found.mean;
    });
    files[`attention-${trunk}.arrow`] = encodeAttention(means, meanLevels);
  }
  for (const stage of stages) files[`features-${stage}.arrow`] = encodeFeatures(features(stage));
  return files;
}
