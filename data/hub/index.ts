/** Models by name: where they lie, and how they are had. */

export {modelCatalog} from "./catalog.js";
export {HubError} from "./errors.js";
export {bestModel, findModel, type ListedModel, listModels} from "./folders.js";
export {getModel} from "./get.js";
