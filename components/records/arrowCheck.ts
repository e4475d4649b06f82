/**
 * Whether an Arrow file's lists are as long as they can be. The library that reads Arrow trusts every
 * length it finds, so that one damaged byte can have it make a list of four thousand million columns.
 */

/** Field numbers of Arrow's tables, in the order in which Footer.fbs, Schema.fbs and Message.fbs list them. */
const footer = {schema: 1, dictionaries: 2, recordBatches: 3};
const schema = {fields: 1, metadata: 2};
const field = {children: 5, metadata: 6};
const message = {type: 1, header: 2};
/** The type of a message that is a record batch. */
const batchType = 3;
const batch = {nodes: 1, buffers: 2};

/** Bytes of a file block, and of a node or buffer of a record batch. */
const blockSize = 24;
const pairSize = 16;

/** How deep columns may lie within columns; lists of layers, heads, rows and columns, and no deeper. */
const deepest = 6;

const magic = "ARROW1";

/** Whether the bytes are a file whose structure lies within it. */
export function isArrowFile(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number) => String.fromCharCode(...bytes.subarray(at, at + magic.length));
  if (bytes.length < 24 || word(0) !== magic || word(bytes.length - magic.length) !== magic) return false;
  const end = bytes.length - magic.length - 4;
  const size = view.getInt32(end, true);
  if (size < 8 || size > end - 8) return false;
  try {
    checkFooter(view, end - size);
    return true;
  } catch (error) {
    // Reading outside the bytes is a RangeError of DataView's; it means the same.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function checkFooter(view: DataView, start: number): void {
  const root = start + view.getUint32(start, true);
  const columns = table(view, root, footer.schema);
  if (columns === undefined) throw new RangeError("no schema");
  list(view, columns, schema.metadata, 4);
  checkFields(view, columns, schema.fields, 0);
  // The files here have none, and the library waits for those that a footer promises.
  if (list(view, root, footer.dictionaries, blockSize).length > 0) throw new RangeError("dictionaries");
  const blocks = list(view, root, footer.recordBatches, blockSize);
  for (let i = 0; i < blocks.length; ++i) checkBatch(view, blocks.start + i * blockSize);
}

function checkFields(view: DataView, parent: number, slot: number, depth: number): void {
  if (depth > deepest) throw new RangeError("too deep");
  const fields = list(view, parent, slot, 4);
  for (let i = 0; i < fields.length; ++i) {
    const at = fields.start + 4 * i;
    const child = at + view.getUint32(at, true);
    list(view, child, field.metadata, 4);
    checkFields(view, child, field.children, depth + 1);
  }
}

/** A block says where a message lies, how long its header is and how long its body. */
function checkBatch(view: DataView, block: number): void {
  const start = Number(view.getBigInt64(block, true));
  const headSize = view.getInt32(block + 8, true);
  const bodySize = Number(view.getBigInt64(block + 16, true));
  if (start < 8 || headSize < 8 || bodySize < 0 || start + headSize + bodySize > view.byteLength)
    throw new RangeError("a record batch outside the file");
  // A marker and the header's length come first; the library takes the length from here.
  if (view.getInt32(start, true) !== -1 || view.getInt32(start + 4, true) !== headSize - 8)
    throw new RangeError("a message of another length");
  const head = start + 8;
  const root = head + view.getUint32(head, true);
  const type = place(view, root, message.type);
  if (type === undefined || view.getUint8(type) !== batchType) throw new RangeError("not a record batch");
  const header = table(view, root, message.header);
  if (header === undefined) throw new RangeError("a message without a header");
  list(view, header, batch.nodes, pairSize);
  const buffers = list(view, header, batch.buffers, pairSize);
  for (let i = 0; i < buffers.length; ++i) {
    const at = buffers.start + i * pairSize;
    const [offset, length] = [Number(view.getBigInt64(at, true)), Number(view.getBigInt64(at + 8, true))];
    if (offset < 0 || length < 0 || offset + length > bodySize) throw new RangeError("a buffer outside its batch");
  }
}

/** Where a table's slot is written; undefined when it is left out. */
function place(view: DataView, position: number, slot: number): number | undefined {
  const offsets = position - view.getInt32(position, true);
  // Signed, as the library reads them.
  const size = view.getInt16(offsets, true);
  if (4 + 2 * slot + 2 > size) return undefined;
  const offset = view.getInt16(offsets + 4 + 2 * slot, true);
  return offset === 0 ? undefined : position + offset;
}

/** Where the table lies that a slot refers to. */
function table(view: DataView, position: number, slot: number): number | undefined {
  const at = place(view, position, slot);
  return at === undefined ? undefined : at + view.getUint32(at, true);
}

/** The list that a slot refers to, which has to lie within the bytes. */
function list(view: DataView, position: number, slot: number, itemSize: number): {start: number; length: number} {
  const at = table(view, position, slot);
  if (at === undefined) return {start: 0, length: 0};
  const length = view.getUint32(at, true);
  if (at + 4 + length * itemSize > view.byteLength) throw new RangeError("a list longer than the file");
  return {start: at + 4, length};
}
