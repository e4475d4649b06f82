import {existsSync, readFileSync} from "node:fs";
import {openModel, type LoadedModel} from "../engine/index.js";
import {snapshotFile} from "../site/snapshots.js";

/**
 * A file of a model: computed by its weights where they are here, else the committed snapshot.
 *
 * @throws Error saying how to get the model, where neither is here
 */
export async function computedOrSnapshot(
  modelId: string,
  name: string,
  compute: (model: LoadedModel) => Uint8Array | Promise<Uint8Array>
): Promise<Uint8Array> {
  const snapshot = snapshotFile(modelId, name);
  let model: LoadedModel;
  try {
    model = await openModel(modelId);
  } catch (error) {
    if (existsSync(snapshot)) return readFileSync(snapshot);
    throw error;
  }
  return compute(model);
}
