/** Every tensor's shape follows from a few numbers; a file of another model is caught here, not in the runtime. */
import {prefixLength} from "../records/record.js";
import type {Geometry, TowerGeometry} from "./geometry.js";
import type {BlockWeights, ImageWeights, Linear, MlpWeights, Norm, TensorRef} from "./weights.js";

/** @throws Error unless a tensor has this shape; axes of length 1 in front do not count */
export function expectShape(tensor: TensorRef | undefined, ...shape: number[]): void {
  if (!tensor) return;
  const extra = tensor.shape.length - shape.length;
  const trimmed = tensor.shape.filter((n, i) => n !== 1 || i >= extra);
  if (trimmed.join() !== shape.join())
    throw new Error(
      `${tensor.name} is [${tensor.shape.join(", ")}], but the other weights imply [${shape.join(", ")}].`
    );
}

function expectLinear({weight, bias, stored}: Linear, out: number, into: number): void {
  expectShape(weight, ...(stored === "out×in" ? [out, into] : [into, out]));
  expectShape(bias, out);
}

function expectNorm(norm: Norm | undefined, width: number): void {
  expectShape(norm?.scale, width);
  expectShape(norm?.shift, width);
}

function expectMlp({gate, expand, hiddenNorm, contract}: MlpWeights, width: number): void {
  const [mlp] = expand.weight.shape;
  if (gate) expectLinear(gate, mlp, width);
  expectLinear(expand, mlp, width);
  expectNorm(hiddenNorm, mlp);
  expectLinear(contract, width, mlp);
}

/** @throws Error naming a tensor of a tower's blocks whose shape is another than the rest implies */
export function checkBlocks(
  blocks: readonly BlockWeights[],
  {width: d, mlp}: Pick<TowerGeometry, "width" | "mlp">
): void {
  for (const block of blocks) {
    expectNorm(block.norm1, d);
    expectNorm(block.norm2, d);
    expectNorm(block.mixNorm, d);
    for (const part of [block.query, block.key, block.value, block.output]) expectLinear(part, d, d);
    expectShape(block.scale1, d);
    expectShape(block.scale2, d);
    expectMlp(block, d);
    expectShape(block.expand.weight, mlp, d);
  }
}

/** @throws Error naming the file and a tensor of the image tower whose shape is another than the rest implies */
export function checkImage(image: ImageWeights, geometry: Geometry, file: string): void {
  const {width: d, patch, trainedGrid, features, prefix} = geometry;
  try {
    expectShape(image.patch.weight, d, 3, patch, patch);
    expectShape(image.patch.bias, d);
    expectShape(image.classToken, d);
    if (image.registers) expectShape(image.registers, ...(prefix.registers > 1 ? [prefix.registers, d] : [d]));
    const rows = image.positions?.shape.at(-2);
    expectShape(image.positions, rows === trainedGrid ** 2 ? rows : trainedGrid ** 2 + 1, d);
    expectNorm(image.normPre, d);
    expectNorm(image.normPost, d);
    checkBlocks(image.blocks, geometry);
    if (image.projection) expectLinear(image.projection, features, d);
    if (image.classifier) expectLinear(image.classifier, image.classifier.weight.shape[0], d);
    if (image.pool) {
      expectShape(image.pool.probe, d);
      expectNorm(image.pool.norm, d);
      for (const part of [image.pool.query, image.pool.key, image.pool.value, image.pool.output])
        expectLinear(part, d, d);
      expectMlp(image.pool, d);
    }
  } catch (cause) {
    throw new Error(`${file}: ${(cause as Error).message}`, {cause});
  }
  const tokens = (image.classToken ? 1 : 0) + (image.registers ? prefix.registers : 0);
  if (tokens !== prefixLength(prefix))
    throw new Error(
      `${file}: the weights have ${tokens} tokens before the patches, and ${prefixLength(prefix)} were expected.`
    );
}
