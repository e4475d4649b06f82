/**
 * Reads Python's pickles as data. Nothing is executed: a pickle asks for classes and functions by name, and only those
 * that `PickleNames` knows are answered, by what this project makes of their arguments. Everything else is an error
 * that says what was asked for.
 */

/** Anything in a pickle. Dictionaries are maps, lists and tuples are arrays. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleObject
  | PickleGlobal;

/** A name that a pickle asks for: `module.name`. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** What became of a call, or an instance with its state. */
export class PickleObject {
  constructor(
    readonly kind: string,
    /** Set by those who make it. */
    readonly value: unknown,
    /** What BUILD gave it. */
    state?: PickleValue
  ) {
    this.state = state;
  }
  state?: PickleValue;
}

/** What a reader of pickles answers. */
export interface PickleNames {
  /** Whether a name may be mentioned at all. */
  allows(name: string): boolean;
  /** The result of calling a name that is allowed, or of making an instance of it. */
  call(name: string, args: PickleValue[]): PickleValue;
  /** What a persistent id stands for. */
  persistent(id: PickleValue): PickleValue;
}

/** Beyond this a pickle is not one of weights. */
const mostValues = 5_000_000;

const mark = Symbol("mark");
type Slot = PickleValue | typeof mark;

/**
 * The value of a pickle of protocol 2 to 5.
 *
 * @throws Error naming what is asked for and not answered, or the opcode that is not known; or when it is cut short
 */
export function readPickle(bytes: Uint8Array, names: PickleNames): PickleValue {
  return new Reader(bytes, names).read();
}

class Reader {
  private readonly view: DataView;
  private readonly stack: Slot[] = [];
  private readonly memo = new Map<number, PickleValue>();
  private at = 0;
  private made = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly names: PickleNames
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(): PickleValue {
    try {
      for (;;) {
        const place = this.at;
        const code = String.fromCharCode(this.byte());
        if (code === ".") return this.pop();
        const act = opcodes[code];
        if (!act)
          throw new Error(`opcode 0x${this.bytes[place].toString(16)} at byte ${place} is none that weights need`);
        act(this);
        if (this.stack.length > mostValues || ++this.made > 4 * mostValues)
          throw new Error("it holds more than weights do");
      }
    } catch (cause) {
      if (cause instanceof RangeError) throw new Error("it is cut short", {cause});
      throw cause;
    }
  }

  byte = () => this.view.getUint8(this.at++);
  uint16 = () => this.view.getUint16((this.at += 2) - 2, true);
  int32 = () => this.view.getInt32((this.at += 4) - 4, true);
  uint32 = () => this.view.getUint32((this.at += 4) - 4, true);
  float = () => this.view.getFloat64((this.at += 8) - 8);

  wide(): number {
    const value = this.view.getBigUint64((this.at += 8) - 8, true);
    if (value > BigInt(this.bytes.length)) throw new RangeError("longer than the file");
    return Number(value);
  }

  take(length: number): Uint8Array {
    if (length < 0 || this.at + length > this.bytes.length) throw new RangeError("beyond the end");
    return this.bytes.subarray(this.at, (this.at += length));
  }

  text = (length: number) => new TextDecoder().decode(this.take(length));

  line(): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) throw new RangeError("a line without an end");
    const text = new TextDecoder().decode(this.bytes.subarray(this.at, end));
    this.at = end + 1;
    return text;
  }

  /** Frames say how much follows; everything is here already. */
  skip(length: number): void {
    this.take(length);
  }

  push(value: PickleValue): void {
    this.stack.push(value);
  }

  pushMark(): void {
    this.stack.push(mark);
  }

  pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined || value === mark) throw new Error("its stack is empty where a value is needed");
    return value;
  }

  top(): PickleValue {
    const value = this.stack.at(-1);
    if (value === undefined || value === mark) throw new Error("its stack is empty where a value is needed");
    return value;
  }

  /** The values since the last mark. */
  popMark(): PickleValue[] {
    const at = this.stack.lastIndexOf(mark);
    if (at < 0) throw new Error("a mark is missing");
    return this.stack.splice(at).slice(1) as PickleValue[];
  }

  put(index: number): void {
    this.memo.set(index, this.top());
  }

  memoise(): void {
    this.put(this.memo.size);
  }

  get(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw new Error(`value ${index} is used before it is made`);
    this.push(value);
  }

  global(module: PickleValue, name: PickleValue): void {
    if (typeof module !== "string" || typeof name !== "string") throw new Error("a name is no text");
    const full = `${module}.${name}`;
    if (!this.names.allows(full))
      throw new Error(`it asks for ${full}, which weights do not need and which is not answered`);
    this.push(new PickleGlobal(full));
  }

  call(): void {
    const [args, callee] = [this.pop(), this.pop()];
    if (!(callee instanceof PickleGlobal)) throw new Error("it calls something that has no name");
    if (!Array.isArray(args)) throw new Error(`it calls ${callee.name} without arguments`);
    this.push(this.names.call(callee.name, args));
  }

  persistent(): void {
    this.push(this.names.persistent(this.pop()));
  }

  build(): void {
    const state = this.pop();
    const target = this.top();
    if (target instanceof PickleObject) target.state = state;
    // An ordered dictionary's state is its attributes (_metadata), which no weight depends on.
    else if (!(target instanceof Map)) throw new Error("it gives a state to something that has none");
  }

  set(pairs: PickleValue[]): void {
    const target = this.top();
    if (!(target instanceof Map)) throw new Error("it sets items of something that is no dictionary");
    if (pairs.length % 2) throw new Error("a key has no value");
    for (let i = 0; i < pairs.length; i += 2) target.set(pairs[i], pairs[i + 1]);
  }

  append(values: PickleValue[]): void {
    const target = this.top();
    if (!Array.isArray(target)) throw new Error("it appends to something that is no list");
    target.push(...values);
  }

  long(length: number): void {
    const bytes = this.take(length);
    let value = 0n;
    for (let i = bytes.length; i-- > 0;) value = (value << 8n) | BigInt(bytes[i]);
    if (bytes.length && bytes.at(-1)! & 0x80) value -= 1n << BigInt(8 * bytes.length);
    this.push(BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value);
  }

  tuple(length: number): void {
    const values = Array.from({length}, () => this.pop());
    this.push(values.toReversed());
  }
}

const opcodes: Record<string, (reader: Reader) => void> = {
  // Protocol and frame.
  "\x80": (r) => r.skip(1),
  "\x95": (r) => r.skip(8),
  // Constants.
  N: (r) => r.push(null),
  "\x88": (r) => r.push(true),
  "\x89": (r) => r.push(false),
  K: (r) => r.push(r.byte()),
  M: (r) => r.push(r.uint16()),
  J: (r) => r.push(r.int32()),
  "\x8a": (r) => r.long(r.byte()),
  "\x8b": (r) => r.long(r.int32()),
  G: (r) => r.push(r.float()),
  X: (r) => r.push(r.text(r.uint32())),
  "\x8c": (r) => r.push(r.text(r.byte())),
  "\x8d": (r) => r.push(r.text(r.wide())),
  U: (r) => r.push(r.text(r.byte())),
  T: (r) => r.push(r.text(r.int32())),
  C: (r) => r.push(r.take(r.byte())),
  B: (r) => r.push(r.take(r.uint32())),
  // Containers.
  "(": (r) => r.pushMark(),
  ")": (r) => r.push([]),
  "]": (r) => r.push([]),
  "}": (r) => r.push(new Map()),
  t: (r) => r.push(r.popMark()),
  l: (r) => r.push(r.popMark()),
  "\x85": (r) => r.tuple(1),
  "\x86": (r) => r.tuple(2),
  "\x87": (r) => r.tuple(3),
  a: (r) => {
    const value = r.pop();
    r.append([value]);
  },
  e: (r) => {
    const values = r.popMark();
    r.append(values);
  },
  s: (r) => {
    const [value, key] = [r.pop(), r.pop()];
    r.set([key, value]);
  },
  u: (r) => {
    const pairs = r.popMark();
    r.set(pairs);
  },
  "0": (r) => void r.pop(),
  // Values named before.
  q: (r) => r.put(r.byte()),
  r: (r) => r.put(r.uint32()),
  "\x94": (r) => r.memoise(),
  h: (r) => r.get(r.byte()),
  j: (r) => r.get(r.uint32()),
  // Names, calls, instances: answered by `PickleNames`.
  c: (r) => {
    const module = r.line();
    r.global(module, r.line());
  },
  "\x93": (r) => {
    const [name, module] = [r.pop(), r.pop()];
    r.global(module, name);
  },
  R: (r) => r.call(),
  "\x81": (r) => r.call(),
  Q: (r) => r.persistent(),
  b: (r) => r.build()
};
