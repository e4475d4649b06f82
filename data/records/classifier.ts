import {existsSync, readFileSync} from "node:fs";
import {encodeFeatures} from "../../components/analysis/arrow.js";
import {classifierRows} from "../../components/model/lexicon.js";
import {openModel} from "../engine/index.js";
import {snapshotFile} from "./archives.js";

/** The rows of a model's classifier, coded as features are; the snapshot's where the model is not here. */
export async function classifierFile(modelId: string): Promise<Uint8Array> {
  const snapshot = snapshotFile(modelId, "classifier.arrow");
  try {
    return encodeFeatures(classifierRows(await openModel(modelId)));
  } catch (error) {
    if (existsSync(snapshot)) return readFileSync(snapshot);
    throw error;
  }
}
