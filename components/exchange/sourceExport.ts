/** A record as figures read it, with its maps, tokens and features, as an export. */
import {heldTrunks, normsOf} from "../records/absent.js";
import {prefixLength, type ImageRecord, type RecordSource, type Trunk} from "../records/record.js";
import {joinLayers, type Export, type Tensor} from "./write.js";

/** "attention" or "attention_purified". */
export function arrayName(name: string, trunk: Trunk): string {
  return trunk === "plain" ? name : `${name}_${trunk}`;
}

/** "features" is the model's own output; those of a stage or method have its name. */
export function featuresName(stage: string): string {
  return stage === "clip" ? "features" : `features_${stage}`;
}

/**
 * Everything that is known of a picture, at the precision that its source has: arrays and axes of `docs/schemas.md`.
 *
 * @param stages stages and methods whose features go along
 * @param told hears of each layer and stage that was gathered, of how many
 * @throws Error when a part cannot be computed
 */
export async function sourceExport(
  source: RecordSource,
  stages: readonly string[],
  told: (done: number, of: number) => void = () => {}
): Promise<Export> {
  const {record} = source;
  const held = heldTrunks(record);
  const of = held.length * record.layers + stages.length;
  let done = 0;
  const arrays: Record<string, Tensor> = {};
  for (const trunk of held) Object.assign(arrays, await trunkArrays(source, trunk, () => told(++done, of)));
  for (const stage of stages) {
    const {width, values} = await source.features(stage);
    arrays[featuresName(stage)] = {shape: [values.length / width, width], data: values};
    told(++done, of);
  }
  const {image, grid, prefix, provenance} = record;
  return {image, grid, prefix, provenance, arrays};
}

async function trunkArrays(source: RecordSource, trunk: Trunk, told: () => void): Promise<Record<string, Tensor>> {
  const {record} = source;
  const {layers, heads, grid} = record;
  const patches = grid[0] * grid[1];
  const keys = prefixLength(record.prefix) + patches;
  const {classRows, diagonals, classSelf, outliers} = record.trunks[trunk];
  const norms = normsOf(record.trunks[trunk]);
  const single = record.provenance.imported?.heads ?? true;
  const maps: Float32Array[] = [];
  const tokens: Float32Array[] = [];
  let width = 0;
  for (let layer = 0; layer < layers; ++layer) {
    const found = single ? await source.headAttention(trunk, layer) : [await source.attention(trunk, layer)];
    maps.push(...found.map(({values}) => values));
    if (norms && source.tokens) {
      const rows = await source.tokens(trunk, layer);
      tokens.push(rows.values);
      ({width} = rows);
    }
    told();
  }
  const found: Record<string, Tensor> = {
    attention: joinLayers(maps, [layers, ...(single ? [heads] : []), keys, keys]),
    ...(tokens.length && {tokens: joinLayers(tokens, [layers, keys, width])}),
    ...(norms && {norms: {shape: [layers, keys], data: norms}}),
    class_rows: {shape: [layers, heads, patches], data: classRows},
    diagonals: {shape: [layers, heads, patches], data: diagonals},
    class_self: {shape: [layers, heads], data: classSelf},
    outliers: {shape: [layers, patches], data: outliers}
  };
  return Object.fromEntries(Object.entries(found).map(([name, tensor]) => [arrayName(name, trunk), tensor]));
}

/** Stages that the export of a run has: the model's own output, and those of SFP; an import has what its file had. */
export function stagesOf({provenance: {imported}}: ImageRecord): readonly string[] {
  return imported ? imported.features : ["clip", "plain", "som", "sae", "vis"];
}
