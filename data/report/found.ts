/** What methods need to know of a model and no paper says: found on the seven photos of the site, never on those measured. */
import {searchedModels} from "../../components/model/registerVariants.js";

export interface FoundSettings {
  /** Neurons for test-time registers, best first. */
  neurons: readonly string[];
}

export const found: Readonly<Record<string, FoundSettings>> = Object.fromEntries(
  searchedModels.map(({model, neurons}) => [model, {neurons}])
);
