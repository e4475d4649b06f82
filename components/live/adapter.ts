/** WebGPU adapters: whether there is one, what it is called, and a device with all that it offers. */

/** A WebGPU adapter, as far as a reader wants to know it. */
export interface AdapterReport {
  /** "nvidia ada-lovelace", or whatever the browser tells. */
  name: string;
  /** Whether shaders may compute in half precision. */
  f16: boolean;
  /** Whether it is a program and not a GPU: right, and slow. */
  software: boolean;
}

/** @throws Error saying why this browser has no adapter for us */
export async function requestAdapter(): Promise<GPUAdapter> {
  // Absent outside secure contexts and in older browsers, whatever the types say.
  const gpu = navigator.gpu as GPU | undefined;
  if (!gpu)
    throw new Error(
      globalThis.isSecureContext
        ? "This browser has no WebGPU."
        : "This browser offers WebGPU only on pages served over https or from localhost."
    );
  const adapter = await gpu.requestAdapter({powerPreference: "high-performance"});
  if (!adapter)
    throw new Error("This browser has WebGPU, but gives no adapter: no GPU that it trusts, or it is switched off.");
  return adapter;
}

/** Names an adapter. */
export function describeAdapter({info, features}: GPUAdapter): AdapterReport {
  const {vendor, architecture, device, description} = info;
  const name = description || [vendor, device || architecture].filter(Boolean).join(" ") || "unnamed adapter";
  const software =
    info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render/i.test(`${name} ${architecture}`);
  return {name, f16: features.has("shader-f16"), software};
}

const features: readonly GPUFeatureName[] = ["shader-f16", "subgroups"];

const limits = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxComputeWorkgroupsPerDimension"
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/** A device with the adapter's own limits: the defaults are too small for the attention of a large picture. */
export function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  return adapter.requestDevice({
    requiredFeatures: features.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(limits.map((limit) => [limit, adapter.limits[limit] as number]))
  });
}
