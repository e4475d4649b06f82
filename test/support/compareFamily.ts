/** A family's golden case against what an engine computes. */
import assert from "node:assert/strict";
import {gridOf} from "../../components/model/geometry.js";
import type {Engine} from "../../components/model/runtime.js";
import {familyPixels, type FamilyCase} from "./families.js";
import {relativeError} from "./golden.js";
import type {NpyArray} from "./npz.js";

/** The golden arrays that a model's graph gives under other names. */
export const familyOutputs = {
  final: "final",
  projected: "projected",
  probe_attention: "probe",
  pooled: "image",
  logits: "logits"
} as const;

/** Every value within `tolerance` of the expected array's largest. */
export function assertClose(actual: ArrayLike<number>, expected: NpyArray, what: string, tolerance: number): void {
  const error = relativeError(actual, expected.data);
  assert.ok(error <= tolerance, `${what}: relative error ${error}`);
}

/** Runs one set of pictures and compares everything that the golden file has of it; outlier sets must be equal. */
export async function compareFamily(
  engine: Engine,
  one: FamilyCase,
  arrays: Record<string, NpyArray>,
  kind: "images" | "rectangle",
  tolerance: number
): Promise<void> {
  const start = kind === "images" ? "" : "rectangle_";
  const pixels = familyPixels(arrays[kind]);
  const {layers} = one.geometry;
  const [batch, , height, width] = pixels.dims;
  const numbers = Array.from({length: layers}, (_, i) => i + 1);
  const wanted = Object.entries(familyOutputs).filter(([name]) => arrays[start + name]);
  const results = await engine.run(
    {
      method: "clip",
      grid: gridOf(engine.model.geometry, height, width),
      outputs: [
        "tokens.0",
        ...numbers.flatMap((l) => [`tokens.${l}`, `attention.${l}`, `outliers.${l}`]),
        ...wanted.map(([, output]) => output)
      ]
    },
    pixels
  );
  for (const [name, output] of wanted) assertClose(results[output].data, arrays[start + name], start + name, tolerance);
  const perLayer = (name: string, layer: number, of: NpyArray, index: number, count: number) => {
    const size = of.data.length / batch / count;
    for (let b = 0; b < batch; ++b)
      assertClose(
        results[`${name}.${layer}`].data.subarray(b * size, (b + 1) * size),
        {shape: [], data: of.data.subarray((b * count + index) * size, (b * count + index + 1) * size)},
        `${start}${name} of layer ${layer}`,
        tolerance
      );
  };
  for (const l of [0, ...numbers]) perLayer("tokens", l, arrays[`${start}tokens`], l, layers + 1);
  for (const l of numbers) perLayer("attention", l, arrays[`${start}attention`], l - 1, layers);
  one.outliers?.[kind].forEach((image, b) =>
    image.forEach((set, l) => {
      const mask = results[`outliers.${l + 1}`].data;
      const patches = mask.length / batch;
      const found = [...mask.subarray(b * patches, (b + 1) * patches).keys()].filter((i) => mask[b * patches + i]);
      assert.deepEqual(found, set, `${kind} ${b}, layer ${l + 1}`);
    })
  );
}
