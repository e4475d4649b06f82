/**
 * Records as Arrow files: fixed-size lists, one row a layer (or a head, or a patch), so that a column's
 * child buffer is the typed array itself. `docs/architecture.md` has the schema. Other tools read the
 * same files (pyarrow, DuckDB, R).
 */
import {
  Field,
  FixedSizeList,
  Float32,
  Int8,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableFromIPC,
  tableToIPC,
  Uint8,
  type DataType
} from "apache-arrow";
import {isArrowFile} from "./arrowCheck.js";
import {fileVersions, knowVersion} from "./versions.js";
import {
  classTokenOnly,
  prefixLength,
  trunks,
  type AttentionMap,
  type FeatureMap,
  type Grid,
  type ImageRecord,
  type Prefix,
  type Provenance,
  type RepairSweep,
  type Trunk,
  type TrunkRecord
} from "./record.js";

type Values = Float32Array | Uint8Array | Int8Array;

/** A column of a file: per row, `width` values. */
interface Column {
  name: string;
  width: number;
  values: Values;
}

function valueType(values: Values): DataType {
  return values instanceof Float32Array ? new Float32() : values instanceof Uint8Array ? new Uint8() : new Int8();
}

/** Writes columns as a file of one record batch. */
export function encode(rows: number, columns: Column[], metadata: Record<string, unknown>): Uint8Array {
  const fields = columns.map(
    ({name, width, values}) =>
      new Field(name, new FixedSizeList(width, new Field("item", valueType(values), false)), false)
  );
  const children = columns.map(({width, values}, i) => {
    if (values.length !== rows * width)
      throw new RangeError(`${columns[i].name}: ${values.length} values, not ${rows} × ${width}`);
    const child = makeData({type: valueType(values), length: values.length, data: values} as never);
    return makeData({type: fields[i].type as FixedSizeList, length: rows, child} as never);
  });
  const schema = new Schema(
    fields,
    new Map(
      Object.entries({version: fileVersions.record, ...metadata}).map(([key, value]) => [key, JSON.stringify(value)])
    )
  );
  const data = makeData({type: new Struct(fields), length: rows, nullCount: 0, children} as never);
  return tableToIPC(new Table(schema, [new RecordBatch(schema, data as never)]), "file");
}

/** A file that was read: columns as typed arrays, metadata as JSON values. */
export class Decoded {
  private readonly table: Table;

  /** @throws Error when the bytes are not an Arrow file of one record batch */
  constructor(bytes: Uint8Array) {
    if (!isArrowFile(bytes)) throw new Error("The file is not Arrow; it is damaged or only half there.");
    try {
      this.table = tableFromIPC(bytes);
    } catch (cause) {
      throw new Error("The file is not Arrow; it is damaged or only half there.", {cause});
    }
    if (this.table.batches.length !== 1)
      throw new Error("The file has no record batch; it is damaged or only half there.");
    knowVersion("record", this.metaOr<unknown>("version", 1));
  }

  get rows(): number {
    return this.table.numRows;
  }

  meta<T>(name: string): T {
    const text = this.table.schema.metadata.get(name);
    if (text === undefined) throw new Error(`The file's metadata has no ${name}; it was made by another version.`);
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new Error(`The file's metadata has a damaged ${name}.`, {cause});
    }
  }

  /** A value of the metadata that files of earlier versions do not have. */
  metaOr<T>(name: string, otherwise: T): T {
    return this.table.schema.metadata.has(name) ? this.meta<T>(name) : otherwise;
  }

  /** All metadata, as JSON values. */
  get metadata(): Record<string, unknown> {
    return Object.fromEntries([...this.table.schema.metadata.keys()].map((name) => [name, this.meta(name)]));
  }

  get names(): string[] {
    return this.table.schema.fields.map(({name}) => name);
  }

  column(name: string): Values {
    const list = this.table.getChild(name)?.data[0]?.children[0];
    if (!list) throw new Error(`The file has no column ${name}; it was made by another version.`);
    const values = list.values as Values;
    const known = values instanceof Float32Array || values instanceof Uint8Array || values instanceof Int8Array;
    if (!known || list.length !== this.rows * this.width(name) || values.length < list.offset + list.length)
      throw new Error(`The file's column ${name} is not what it says it is; it is damaged.`);
    return values.subarray(list.offset, list.offset + list.length);
  }

  width(name: string): number {
    const size = (this.table.getChild(name)?.type as unknown as FixedSizeList | undefined)?.listSize;
    if (size === undefined || !(size > 0)) throw new Error(`The file's column ${name} is not of lists; it is damaged.`);
    return size;
  }

  /** Fails unless its parts fit each other. */
  expect(fits: boolean): void {
    if (!fits) throw new Error("The file's parts do not fit each other; it is damaged.");
  }
}

/** Whether a number from a file counts something. */
function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isPrefix(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const {classToken, registers} = value as Partial<Prefix>;
  return typeof classToken === "boolean" && (registers === 0 || isCount(registers));
}

const floatColumns = ["classRows", "diagonals", "classSelf", "norms", "repairedNorms"] as const;
const maskColumns = ["outliers", "isolated"] as const;

/** summary.arrow: rows are the layers of the plain trunk, then those of the purified one. */
export function encodeRecord(record: ImageRecord): Uint8Array {
  const {image, grid, prefix, layers, heads, trunks: records, provenance} = record;
  const scored = Object.keys(records.plain.scores ?? {}).filter((name) => records.purified.scores?.[name]);
  const pairs = [
    ...[...floatColumns, ...maskColumns].map((name) => [name, records.plain[name], records.purified[name]] as const),
    ...scored.map((name) => [name, records.plain.scores![name], records.purified.scores![name]] as const)
  ];
  const columns = pairs.map(([name, plain, purified]): Column => {
    const values = new (plain.constructor as new (n: number) => Values)(plain.length + purified.length);
    values.set(plain);
    values.set(purified, plain.length);
    return {name, width: plain.length / layers, values};
  });
  return encode(2 * layers, columns, {image, grid, prefix, layers, heads, provenance});
}

/** Reads what `encodeRecord` wrote. */
export function decodeRecord(bytes: Uint8Array): ImageRecord {
  const file = new Decoded(bytes);
  // Any further column is the scores of the detector that it is named for.
  const scored = file.names.filter((name) => ![...floatColumns, ...maskColumns].some((known) => known === name));
  const trunk = (index: number): TrunkRecord => {
    const part = (name: string) => {
      const values = file.column(name);
      return values.subarray((values.length / 2) * index, (values.length / 2) * (index + 1));
    };
    const fixed = Object.fromEntries([...floatColumns, ...maskColumns].map((name) => [name, part(name)]));
    const scores = Object.fromEntries(scored.map((name) => [name, part(name)]));
    return {...fixed, scores} as unknown as TrunkRecord;
  };
  const grid = file.meta<Grid>("grid");
  const [layers, heads] = [file.meta<number>("layers"), file.meta<number>("heads")];
  file.expect(Array.isArray(grid) && grid.length === 2 && [...grid, layers, heads].every(isCount));
  const patches = grid[0] * grid[1];
  const prefix = file.metaOr<Prefix>("prefix", classTokenOnly);
  file.expect(isPrefix(prefix));
  file.expect(file.rows === 2 * layers && file.width("classRows") === heads * patches);
  file.expect(file.width("diagonals") === heads * patches && file.width("classSelf") === heads);
  for (const name of ["norms", "repairedNorms"]) file.expect(file.width(name) === patches + prefixLength(prefix));
  for (const name of [...maskColumns, ...scored]) file.expect(file.width(name) === patches);
  return {
    image: file.meta<string>("image"),
    grid,
    prefix,
    layers,
    heads,
    provenance: file.meta<Provenance>("provenance"),
    trunks: Object.fromEntries(trunks.map((name, i) => [name, trunk(i)])) as Record<Trunk, TrunkRecord>
  };
}

/**
 * Attention maps, one row a map: a layer's head mean, or a head. Each row of a map is coded relative to
 * its largest value m: a = m (c / levels)², so that |error| <= m / levels (1 + 1 / 4 levels), and small
 * values, which the square-root colour scale shows large, are finer.
 *
 * @param levels at most 255; fewer make smaller files
 */
export function encodeAttention(maps: readonly AttentionMap[], levels = 255): Uint8Array {
  const {tokens, prefix = 1} = maps[0];
  const scales = new Float32Array(maps.length * tokens);
  const codes = new Uint8Array(maps.length * tokens * tokens);
  maps.forEach(({values}, m) => {
    for (let row = 0; row < tokens; ++row) {
      const from = row * tokens;
      let largest = 0;
      for (let k = 0; k < tokens; ++k) largest = Math.max(largest, values[from + k]);
      scales[m * tokens + row] = largest;
      const at = m * tokens * tokens + from;
      if (largest > 0)
        for (let k = 0; k < tokens; ++k) codes[at + k] = Math.round(levels * Math.sqrt(values[from + k] / largest));
    }
  });
  const columns = [
    {name: "scale", width: tokens, values: scales},
    {name: "code", width: tokens * tokens, values: codes}
  ];
  return encode(maps.length, columns, {
    encoding: "value = scale[query] * (code / levels) ** 2",
    levels,
    prefix
  });
}

/** Reads what `encodeAttention` wrote. */
export function decodeAttention(bytes: Uint8Array): AttentionMap[] {
  const file = new Decoded(bytes);
  const scales = file.column("scale");
  const codes = file.column("code");
  const tokens = file.width("scale");
  const levels = file.meta<number>("levels");
  const prefix = file.metaOr<number>("prefix", 1);
  file.expect(isCount(levels) && levels <= 255 && file.width("code") === tokens * tokens);
  file.expect((prefix === 0 || isCount(prefix)) && prefix < tokens);
  const square = Float32Array.from({length: levels + 1}, (_, c) => (c / levels) ** 2);
  return Array.from({length: file.rows}, (_, m) => {
    const values = new Float32Array(tokens * tokens);
    for (let i = 0; i < values.length; ++i)
      values[i] = scales[m * tokens + Math.floor(i / tokens)] * square[codes[m * values.length + i]];
    return {tokens, prefix, values};
  });
}

/** Coding levels of features, on either side of 0. */
const featureLevels = 63;

/**
 * Dense features, one row a patch, coded as signed bytes relative to the patch's largest magnitude m:
 * f = m c / 63, so that |error| <= m / 126.
 */
export function encodeFeatures({width, values}: FeatureMap): Uint8Array {
  const patches = values.length / width;
  const scales = new Float32Array(patches);
  const codes = new Int8Array(values.length);
  for (let i = 0; i < patches; ++i) {
    const row = values.subarray(i * width, (i + 1) * width);
    const largest = row.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    scales[i] = largest / featureLevels;
    if (largest > 0)
      for (let k = 0; k < width; ++k) codes[i * width + k] = Math.round((featureLevels * row[k]) / largest);
  }
  const columns = [
    {name: "scale", width: 1, values: scales},
    {name: "code", width, values: codes}
  ];
  return encode(patches, columns, {encoding: "value = scale * code"});
}

/** Reads what `encodeFeatures` wrote. */
export function decodeFeatures(bytes: Uint8Array): FeatureMap {
  const file = new Decoded(bytes);
  const width = file.width("code");
  file.expect(file.width("scale") === 1);
  const scales = file.column("scale");
  return {width, values: Float32Array.from(file.column("code"), (c, i) => scales[Math.floor(i / width)] * c)};
}

/** words.arrow: one row a word, in full precision, because cosines with words differ by little; the words are metadata. */
export function encodeWords(words: readonly string[], {width, values}: FeatureMap): Uint8Array {
  return encode(words.length, [{name: "vector", width, values}], {words});
}

/** Reads what `encodeWords` wrote. */
export function decodeWords(bytes: Uint8Array): {words: string[]; vectors: FeatureMap} {
  const file = new Decoded(bytes);
  const words = file.meta<string[]>("words");
  file.expect(Array.isArray(words) && words.length === file.rows && words.every((word) => typeof word === "string"));
  const values = file.column("vector");
  file.expect(values instanceof Float32Array);
  return {words, vectors: {width: file.width("vector"), values: values as Float32Array}};
}

/** repairs.arrow: row k - 1 is SOM from layer k on. */
export function encodeRepairs({outliers, largestNorms, medianNorms}: RepairSweep, layers: number): Uint8Array {
  const rows = layers - 1;
  const column = (name: string, values: Values) => ({name, width: values.length / rows, values});
  return encode(
    rows,
    [column("outliers", outliers), column("largestNorms", largestNorms), column("medianNorms", medianNorms)],
    {rows: "SOM from layer row + 1 on"}
  );
}

/** Reads what `encodeRepairs` wrote. */
export function decodeRepairs(bytes: Uint8Array): RepairSweep {
  const file = new Decoded(bytes);
  return {
    outliers: file.column("outliers") as Uint8Array,
    largestNorms: file.column("largestNorms") as Float32Array,
    medianNorms: file.column("medianNorms") as Float32Array
  };
}
