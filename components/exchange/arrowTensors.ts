/**
 * Arrays in an Arrow file: one row, a column an array, as Arrow's own `fixed_shape_tensor`, which pyarrow hands to NumPy
 * with its shape. Nested lists are read too, with a row a layer or one row of everything.
 */
import {
  DataType,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableFromIPC,
  tableToIPC,
  Uint8,
  type Data
} from "apache-arrow";
import {isArrowFile} from "../records/arrowCheck.js";
import {elements, type StoredArray, type StoredArrays} from "./stored.js";
import {knowExport} from "./exportVersion.js";
import type {Tensor} from "./write.js";

const extension = {name: "ARROW:extension:name", metadata: "ARROW:extension:metadata"};
const tensorType = "arrow.fixed_shape_tensor";

/**
 * The arrays of an Arrow file.
 *
 * @param file stands in errors
 * @throws Error when the bytes are not an Arrow file of one batch, or a column's lists differ in length
 */
export function arrowArrays(bytes: Uint8Array, file: string): StoredArrays {
  if (!isArrowFile(bytes))
    throw new Error(
      `${file} is not an Arrow file that can be read. Write it with pyarrow.ipc.new_file, uncompressed, without dictionaries.`
    );
  let table: Table;
  try {
    table = tableFromIPC(bytes);
  } catch (cause) {
    throw new Error(`${file} cannot be read: ${(cause as Error).message}. Write it uncompressed.`, {cause});
  }
  knowExport(table.schema.metadata.get("format"), file);
  if (table.batches.length !== 1)
    throw new Error(`${file} has ${table.batches.length} record batches; write its rows as one (combine_chunks).`);
  return new Map(
    table.schema.fields.map((field) => [field.name, arrayOf(field, table.getChild(field.name)!.data[0])] as const)
  );
}

function arrayOf(field: Field, column: Data): StoredArray {
  const {name} = field;
  const shape = [column.length];
  let data: Data = column;
  while (DataType.isFixedSizeList(data.type) || DataType.isList(data.type)) {
    if (data.nullCount > 0) throw new Error(`${name} has missing values (null).`);
    const size = DataType.isFixedSizeList(data.type) ? data.type.listSize : listLength(name, shape, data);
    const from = DataType.isList(data.type) ? data.valueOffsets[0] : data.offset * size;
    const child: Data = data.children[0];
    shape.push(size);
    data = child.slice(from, elements(shape));
  }
  if (data.nullCount > 0) throw new Error(`${name} has missing values (null).`);
  const whole = tensorShape(field, shape);
  const values = data.values as {buffer: ArrayBufferLike; byteOffset: number; byteLength: number; subarray?: unknown};
  const type = DataType.isFloat(data.type)
    ? (["float16", "float32", "float64"] as const)[data.type.precision]
    : String(data.type);
  const size = DataType.isFloat(data.type) ? 2 << data.type.precision : 0;
  const bytes = size
    ? new Uint8Array(values.buffer, values.byteOffset, values.byteLength).subarray(0, elements(shape) * size)
    : new Uint8Array();
  return {name, shape: whole.length > 1 && whole[0] === 1 ? whole.slice(1) : whole, type, bytes};
}

/** The length that all lists of a column have. */
function listLength(name: string, above: readonly number[], {valueOffsets: offsets, length}: Data): number {
  const size = offsets[1] - offsets[0];
  for (let i = 1; i < length; ++i) {
    const other = offsets[i + 1] - offsets[i];
    if (other === size) continue;
    throw new Error(
      `${name}${place(above, i)} has ${other} entries and ${name}${place(above, 0)} has ${size}; all must have the same.`
    );
  }
  return size;
}

/** ", layer 2, head 1": where in an array of layers and heads the i-th list lies. */
function place(above: readonly number[], i: number): string {
  const axes = above.length > 1 && above[0] === 1 ? above.slice(1) : above;
  const index: number[] = [];
  for (let axis = axes.length - 1, rest = i; axis >= 0; --axis) {
    index.unshift(rest % axes[axis]);
    rest = Math.floor(rest / axes[axis]);
  }
  return index.map((at, axis) => `, ${["layer", "head", "row"][axis] ?? "axis"} ${at + 1}`).join("");
}

function tensorShape(field: Field, shape: number[]): number[] {
  if (field.metadata.get(extension.name) !== tensorType) return shape;
  const {shape: sides, permutation} = JSON.parse(field.metadata.get(extension.metadata) ?? "{}") as {
    shape?: number[];
    permutation?: number[];
  };
  if (permutation?.some((axis, i) => axis !== i))
    throw new Error(`${field.name} is a transposed tensor; copy it first.`);
  if (!Array.isArray(sides) || elements(sides) * shape[0] !== elements(shape))
    throw new Error(`${field.name} is a tensor whose shape does not fit its values.`);
  return [shape[0], ...sides];
}

/** An Arrow table of one row whose columns are tensors. */
export function tensorTable(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>>
): Table {
  const columns = Object.entries(tensors).map(([name, {shape, data}]) => {
    if (data.length !== elements(shape)) throw new RangeError(`${name}: ${data.length} values do not fill ${shape}`);
    const item =
      data instanceof Float32Array ? new Float32() : data instanceof Float64Array ? new Float64() : new Uint8();
    const words = new Map([
      [extension.name, tensorType],
      [extension.metadata, JSON.stringify({shape})]
    ]);
    const type = new FixedSizeList(data.length, new Field("item", item, true));
    const child = makeData({type: item, length: data.length, data} as never);
    return {field: new Field(name, type, false, words), data: makeData({type, length: 1, child} as never)};
  });
  const fields = columns.map(({field}) => field);
  const schema = new Schema(fields, new Map(Object.entries(metadata)));
  const children = columns.map(({data}) => data);
  const batch = makeData({type: new Struct(fields), length: 1, nullCount: 0, children} as never);
  return new Table(schema, [new RecordBatch(schema, batch as never)]);
}

/** The bytes of an Arrow IPC file of tensors. */
export function writeArrowTensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>>
): Uint8Array {
  return tableToIPC(tensorTable(tensors, metadata), "file");
}
