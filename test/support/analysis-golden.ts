import {readFileSync} from "node:fs";

interface Tensor {
  shape: number[];
  f32: string;
}

interface Golden {
  expected: {
    lof_block11: {indices: number[]; scores: Tensor};
    sfp_released_outliers_desc_cls: number[];
    sfp_paper_outlier_sets_per_layer: number[][];
    sfp_paper_A_sum: Tensor;
    sfp_paper_A_hai: Tensor;
    layer_headmean_attention: Tensor[];
    layer_outputs: Tensor[];
  };
}

/** Expected outputs of an independent reference on a tiny random CLIP: 7 × 7 patches, width 16, 11 blocks. */
export const golden = (
  JSON.parse(readFileSync(new URL("../golden/golden_tiny_vit.json", import.meta.url), "utf8")) as Golden
).expected;

export function tensor({f32}: Tensor): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(f32, "base64"));
  return new Float32Array(bytes.buffer);
}
