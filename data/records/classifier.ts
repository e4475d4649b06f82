import {encodeFeatures} from "../../components/records/arrow.js";
import {classifierRows} from "../../components/model/lexicon.js";
import {computedOrSnapshot} from "./computed.js";

/** The rows of a model's classifier, coded as features are; the snapshot's where the model is not here. */
export function classifierFile(modelId: string): Promise<Uint8Array> {
  return computedOrSnapshot(modelId, "classifier.arrow", (model) => encodeFeatures(classifierRows(model)));
}
