import {existsSync} from "node:fs";
import {fileURLToPath} from "node:url";

/** Files of a model that a page reads. */
export const modelFiles = ["model.safetensors", "config.json"] as const;

/** Ids of the models that the site ships: the project's own, and those that `MODELS` names. */
export function shippedModels(): string[] {
  const own = existsSync(fileURLToPath(new URL("models/mini/model.safetensors", import.meta.url))) ? ["mini"] : [];
  const asked = (process.env.MODELS ?? "").split(",").map((id) => id.trim());
  return [...new Set([...own, ...asked.filter(Boolean)])];
}
