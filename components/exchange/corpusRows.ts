/** The rows of a corpus as an Arrow file: a row an image, a column of fixed-size lists of bytes for each thing known. */
import {
  Field,
  FixedSizeList,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableFromIPC,
  tableToIPC,
  Uint8,
  Utf8,
  vectorFromArray,
  type Data
} from "apache-arrow";
import {detectorIds} from "../analysis/detectors/index.js";
import {setBytes, type CorpusRows} from "../analysis/corpus/rows.js";
import {isArrowFile} from "../records/arrowCheck.js";
import type {Grid, Provenance} from "../records/record.js";

/** The schema's metadata: JSON under its name. */
const about = "corpus";

interface About {
  version: 1;
  name: string;
  provenance: Provenance;
  grid: Grid;
  layers: number;
}

/** The bytes of an Arrow file: `image`, `set_DETECTOR` (L × ⌈N / 8⌉ bytes) and, where they are known, `norms` (L × N bytes). */
export function encodeRows({name, provenance, grid, layers, names, sets, norms}: CorpusRows): Uint8Array {
  const columns: [string, Uint8Array][] = [
    ...detectorIds.flatMap((id): [string, Uint8Array][] => (sets[id] ? [[`set_${id}`, sets[id]]] : [])),
    ...(norms.length ? [["norms", norms] as [string, Uint8Array]] : [])
  ];
  const lists = columns.map(
    ([, values]) => new FixedSizeList(values.length / names.length, new Field("item", new Uint8(), false))
  );
  const children: Data[] = columns.map(([, values], i) => {
    const child = makeData({type: new Uint8(), length: values.length, data: values});
    return makeData({type: lists[i], length: names.length, child});
  });
  const fields = [
    new Field("image", new Utf8(), false),
    ...columns.map(([column], i) => new Field(column, lists[i], false))
  ];
  const words: About = {version: 1, name, provenance, grid, layers};
  const schema = new Schema(fields, new Map([[about, JSON.stringify(words)]]));
  const batch = makeData({
    type: new Struct(fields),
    length: names.length,
    nullCount: 0,
    children: [vectorFromArray([...names], new Utf8()).data[0], ...children]
  });
  return tableToIPC(new Table(schema, [new RecordBatch(schema, batch)]), "file");
}

/** @throws Error when the bytes are not what `encodeRows` writes */
export function decodeRows(bytes: Uint8Array): CorpusRows {
  if (!isArrowFile(bytes)) throw new Error("The rows of this set of images are not an Arrow file.");
  const table = tableFromIPC(bytes);
  const text = table.schema.metadata.get(about);
  const words = text === undefined ? undefined : (JSON.parse(text) as About);
  if (words?.version !== 1)
    throw new Error(
      "The rows of this set of images were made by another version. Make them again with sfp corpus --rows."
    );
  const {name, provenance, grid, layers} = words;
  const count = table.numRows;
  const column = (field: string, width: number): Uint8Array | undefined => {
    const values = table.getChild(field)?.data[0]?.children[0]?.values as Uint8Array | undefined;
    if (values && values.length < count * width)
      throw new Error(`The rows of this set of images lack a part of ${field}.`);
    return values?.subarray(0, count * width);
  };
  const sets = detectorIds.flatMap((id) => {
    const bits = column(`set_${id}`, layers * setBytes(grid));
    return bits ? [[id, bits] as const] : [];
  });
  const som = sets.find(([id]) => id === "som")?.[1];
  const names = table.getChild("image");
  if (!som || !names) throw new Error("The rows of this set of images lack the images or the sets of SOM.");
  return {
    name,
    provenance,
    grid,
    layers,
    names: Array.from(names, String),
    sets: {...Object.fromEntries(sets), som},
    norms: column("norms", layers * grid[0] * grid[1]) ?? new Uint8Array()
  };
}
