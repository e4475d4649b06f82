/** A second model beside the open one, for methods that look through two. */
import type {Engines} from "../../model/compute.js";
import {Engine} from "../../model/runtime.js";
import {bytesOfSource, idOfSource, type ModelSource} from "../catalog.js";
import {megabytes} from "../format.js";
import {readSource} from "./source.js";
import type {Turn} from "./turn.js";

/**
 * Opens it, in place of an earlier one; runs of both then share what memory there is.
 *
 * @throws RangeError before anything is fetched where the device has no memory for both
 */
export async function openSecond(engines: Engines, source: ModelSource, turn: Turn): Promise<void> {
  const {model, device} = engines.engine;
  const bytes = bytesOfSource(source);
  const free = device.limits?.free?.();
  // Half of it is for the runs.
  if (free !== undefined && bytes > free / 2)
    throw new RangeError(
      `There is no memory for ${idOfSource(source)} beside ${model.id}: its weights are ${megabytes(bytes)}, and at most ${megabytes(free / 2)} fit. Choose a smaller second model, or WebGPU where there is one.`
    );
  const {model: read} = await readSource(source, turn);
  await engines.proxied?.close();
  const left = free === undefined ? device : {...device, limits: {...device.limits, free: () => free - bytes}};
  const {precision} = model;
  engines.proxied = new Engine(model, left, 2, new Engine({...read, precision}, left, 2));
}
