/** A small builder of ONNX graphs: operators as methods, weights as references into the checkpoint's file. */
import onnxProto from "onnx-proto";
import type {Linear, Norm, TensorRef} from "./weights.js";

const {onnx} = onnxProto;
type NodeProto = onnxProto.onnx.INodeProto;
type AttributeProto = onnxProto.onnx.IAttributeProto;
type TensorProto = onnxProto.onnx.ITensorProto;

/** A value that flows along the graph. */
export interface Value {
  readonly name: string;
}

/** A dimension: a number, or the name of one that is known only at run time. */
export type Dimension = number | string;

export type ElementType = "float32" | "float16" | "int64" | "bool";

const elementTypes = {float32: 1, float16: 10, int64: 7, bool: 9} as const;

const weightTypes = {F64: 11, F32: 1, F16: 10, BF16: 16, I8: 3} as const;

const attributeTypes = {FLOAT: 1, INT: 2, FLOATS: 6, INTS: 7} as const;

/** Opset 20: the first with Gelu; LayerNormalization is there since 17. */
const opset = 20;

/**
 * Builds one graph. Each operator method adds a node and returns its output. Equal nodes are one node, so methods in
 * one graph share whatever they compute alike, a trunk first of all.
 * Shapes in the comments: B images, T tokens, N patches, D width, H heads.
 */
export class Graph {
  private readonly nodes: NodeProto[] = [];
  private readonly known = new Map<string, Value[]>();
  private readonly initializers = new Map<string, TensorProto>();
  private readonly constants = new Map<string, Value>();
  private readonly inputs: {name: string; dims: Dimension[]}[] = [];
  private count = 0;

  /** @param weightsFile the location that external weights are said to lie at */
  constructor(private readonly weightsFile: string) {}

  /** A graph input of float32; asked for again, it is the same. */
  input(name: string, dims: Dimension[]): Value {
    if (!this.inputs.some((known) => known.name === name)) this.inputs.push({name, dims});
    return {name};
  }

  /** Any operator with one output. */
  node(opType: string, inputs: (Value | undefined)[], attributes: Record<string, number | number[]> = {}): Value {
    return this.nodeMany(opType, inputs, 1, attributes)[0];
  }

  /** Any operator; `outputs` says how many of its outputs are wanted. */
  nodeMany(
    opType: string,
    inputs: (Value | undefined)[],
    outputs: number,
    attributes: Record<string, number | number[]> = {}
  ): Value[] {
    // A missing input at the end is left out: one that is named "" confuses the WebGPU provider.
    const input = inputs.slice(0, inputs.findLastIndex((v) => v) + 1).map((v) => v?.name ?? "");
    const key = JSON.stringify([opType, input, outputs, attributes]);
    const known = this.known.get(key);
    if (known) return known;
    const output = Array.from({length: outputs}, () => `v${this.count++}`);
    this.nodes.push({
      opType,
      input,
      output,
      attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value))
    });
    const made = output.map((name): Value => ({name}));
    this.known.set(key, made);
    return made;
  }

  /** A float32 constant. */
  floats(values: ArrayLike<number>, dims: number[] = [values.length]): Value {
    return this.constant("float32", Float32Array.from(values), dims);
  }

  /** A float32 scalar. */
  scalar(value: number): Value {
    return this.floats([value], []);
  }

  /** An int64 constant vector: shapes, axes, indices. */
  ints(...values: number[]): Value {
    return this.constant("int64", BigInt64Array.from(values, BigInt), [values.length]);
  }

  private constant(type: "float32" | "int64", data: Float32Array | BigInt64Array, dims: number[]): Value {
    const key = `${type} ${dims.join("×")}: ${data.join()}`;
    const known = this.constants.get(key);
    if (known) return known;
    const name = `c${this.constants.size}`;
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.initializers.set(name, {name, dims, dataType: elementTypes[type], rawData});
    this.constants.set(key, {name});
    return {name};
  }

  /**
   * A weight as float32, read from the checkpoint's file; half precision and 8-bit rows are widened when the session
   * is made.
   */
  weight(ref: TensorRef): Value {
    const stored = this.external(ref);
    if (ref.type === "F32") return stored;
    const wide = this.node("Cast", [stored], {to: elementTypes.float32});
    if (!ref.scale) return wide;
    return this.multiply(wide, this.reshape(this.external(ref.scale), -1, ...ref.shape.slice(1).map(() => 1)));
  }

  /** A weight as float16: as it lies in the file where that is half precision, else rounded when the session is made. */
  private halfWeight(ref: TensorRef): Value {
    return ref.type === "F16" ? this.external(ref) : this.toHalf(this.weight(ref));
  }

  private external(ref: TensorRef): Value {
    const name = `w_${ref.name}`;
    this.initializers.set(name, {
      name,
      dims: ref.shape,
      dataType: weightTypes[ref.type],
      dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
      externalData: [
        {key: "location", value: ref.file ?? this.weightsFile},
        {key: "offset", value: String(ref.offset)},
        {key: "length", value: String(ref.length)}
      ]
    });
    return {name};
  }

  add = (a: Value, b: Value) => this.node("Add", [a, b]);
  subtract = (a: Value, b: Value) => this.node("Sub", [a, b]);
  multiply = (a: Value, b: Value) => this.node("Mul", [a, b]);
  divide = (a: Value, b: Value) => this.node("Div", [a, b]);
  scale = (a: Value, factor: number) => (factor === 1 ? a : this.multiply(a, this.scalar(factor)));
  matmul = (a: Value, b: Value) => this.node("MatMul", [a, b]);
  softmax = (a: Value) => this.node("Softmax", [a], {axis: -1});
  sigmoid = (a: Value) => this.node("Sigmoid", [a]);
  where = (condition: Value, yes: Value, no: Value) => this.node("Where", [condition, yes, no]);
  less = (a: Value, b: Value) => this.node("Less", [a, b]);
  equal = (a: Value, b: Value) => this.node("Equal", [a, b]);
  and = (a: Value, b: Value) => this.node("And", [a, b]);
  or = (a: Value, b: Value) => this.node("Or", [a, b]);
  not = (a: Value) => this.node("Not", [a]);
  maximum = (a: Value, b: Value) => this.node("Max", [a, b]);
  concat = (values: Value[], axis: number) => this.node("Concat", values, {axis});
  transpose = (a: Value, ...perm: number[]) => this.node("Transpose", [a], {perm});
  reshape = (a: Value, ...dims: number[]) => this.node("Reshape", [a, this.ints(...dims)]);
  unsqueeze = (a: Value, ...axes: number[]) => this.node("Unsqueeze", [a, this.ints(...axes)]);
  squeeze = (a: Value, ...axes: number[]) => this.node("Squeeze", [a, this.ints(...axes)]);
  toFloat = (a: Value) => this.node("Cast", [a], {to: elementTypes.float32});
  toHalf = (a: Value) => this.node("Cast", [a], {to: elementTypes.float16});

  /** Elements `from`, `from + step`, ... before `to` of one axis. */
  slice(a: Value, axis: number, from: number, to: number, step = 1): Value {
    return this.node("Slice", [a, this.ints(from), this.ints(to), this.ints(axis), this.ints(step)]);
  }

  sum = (a: Value, axis: number, keep = true) => this.reduce("ReduceSum", a, axis, keep);
  mean = (a: Value, axis: number, keep = true) => this.reduce("ReduceMean", a, axis, keep);
  max = (a: Value, axis: number, keep = true) => this.reduce("ReduceMax", a, axis, keep);
  min = (a: Value, axis: number, keep = true) => this.reduce("ReduceMin", a, axis, keep);
  /** Euclidean length along an axis. */
  norm = (a: Value, axis: number, keep = true) =>
    this.node("Sqrt", [this.reduce("ReduceSum", this.multiply(a, a), axis, keep)]);

  private reduce(op: string, a: Value, axis: number, keep: boolean): Value {
    return this.node(op, [a, this.ints(axis)], {keepdims: keep ? 1 : 0});
  }

  /** y = W x + b on the rows of a 2-D value. The matrix is used as it is stored, so nothing is transposed. */
  linear(x: Value, {weight, bias, stored}: Linear): Value {
    return this.node("Gemm", [x, this.weight(weight), bias && this.weight(bias)], {
      transB: stored === "out×in" ? 1 : 0
    });
  }

  /**
   * The same product in half precision: the rows, the matrix and the bias are rounded to float16, the result is widened.
   * What is beyond 65504 becomes infinite.
   */
  linearHalf(x: Value, {weight, bias, stored}: Linear): Value {
    const y = this.node("Gemm", [this.toHalf(x), this.halfWeight(weight), bias && this.halfWeight(bias)], {
      transB: stored === "out×in" ? 1 : 0
    });
    return this.toFloat(y);
  }

  layerNorm(x: Value, {scale, shift}: Norm, epsilon: number): Value {
    return this.node("LayerNormalization", [x, this.weight(scale), this.weight(shift)], {axis: -1, epsilon});
  }

  /** Rows of unit length; a zero row stays zero. */
  normalise(x: Value): Value {
    return this.divide(x, this.maximum(this.norm(x, -1), this.scalar(1e-12)));
  }

  /**
   * The finished graph as an ONNX file, with only the nodes and weights that the outputs need.
   *
   * @param outputs by the name they shall have
   */
  finish(outputs: Record<string, {value: Value; type?: ElementType; dims: Dimension[]}>): Uint8Array {
    const wanted = Object.entries(outputs);
    const renames = wanted.map(([name, {value}]) => ({
      opType: "Identity",
      input: [value.name],
      output: [name],
      attribute: []
    }));
    const needed = new Set(wanted.map(([, {value}]) => value.name));
    const nodes: NodeProto[] = [];
    for (const node of this.nodes.toReversed()) {
      if (!node.output!.some((name) => needed.has(name))) continue;
      for (const name of node.input!) needed.add(name);
      nodes.push(node);
    }
    return onnx.ModelProto.encode({
      irVersion: 9,
      opsetImport: [{domain: "", version: opset}],
      producerName: "sfp-explorer",
      graph: {
        name: "sfp",
        node: [...nodes.toReversed(), ...renames],
        initializer: [...this.initializers.values()].filter(({name}) => needed.has(name!)),
        input: this.inputs.map(({name, dims}) => valueInfo(name, "float32", dims)),
        output: wanted.map(([name, {type = "float32", dims}]) => valueInfo(name, type, dims))
      }
    }).finish();
  }
}

function attribute(name: string, value: number | number[]): AttributeProto {
  // Epsilon is the one float attribute in use; every other number is a count, an axis or a flag.
  if (name === "epsilon") return {name, type: attributeTypes.FLOAT, f: value as number};
  return Array.isArray(value)
    ? {name, type: attributeTypes.INTS, ints: value}
    : {name, type: attributeTypes.INT, i: value};
}

function valueInfo(name: string, type: ElementType, dims: Dimension[]) {
  const dim = dims.map((d) => (typeof d === "number" ? {dimValue: d} : {dimParam: d}));
  return {name, type: {tensorType: {elemType: elementTypes[type], shape: {dim}}}};
}
