/** Models by name: where they lie, and how they are had. */

export {catalog, type CatalogEntry, type TextKind} from "./catalog.js";
export {HubError, type HubErrorCode} from "./errors.js";
export {
  bestModel,
  cacheFolder,
  findModel,
  type FoundModel,
  type ListedModel,
  listModels,
  type ModelSource
} from "./folders.js";
export {getModel, type GetOptions, type GotModel, type Progress} from "./get.js";
export type {ModelLock} from "./lock.js";
