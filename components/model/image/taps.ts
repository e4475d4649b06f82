/** Where an interpolation along one axis reads from: `first[i]` with weight 1 − `weight[i]`, `second[i]` with `weight[i]`. */
export interface LinearTaps {
  first: Uint32Array;
  second: Uint32Array;
  weight: Float64Array;
}

/**
 * Linear interpolation from `source` to `target` samples as PyTorch's `interpolate(mode="bilinear", align_corners=False)`
 * does it along each axis: half-pixel centres, border clamped, and no antialiasing.
 */
export function linearTaps(source: number, target: number): LinearTaps {
  const first = new Uint32Array(target);
  const second = new Uint32Array(target);
  const weight = new Float64Array(target);
  const ratio = source / target;
  for (let i = 0; i < target; ++i) {
    const position = Math.max((i + 0.5) * ratio - 0.5, 0);
    const below = Math.min(Math.floor(position), source - 1);
    first[i] = below;
    second[i] = Math.min(below + 1, source - 1);
    weight[i] = position - below;
  }
  return {first, second, weight};
}
