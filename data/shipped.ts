import {existsSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {findModel} from "./hub/folders.js";
import {partNames} from "./weights.js";

/** Files of a model that a page reads: its tokeniser only where it has one. */
export async function modelFiles(id: string): Promise<string[]> {
  const {folder} = await findModel(id);
  const tokenizer = existsSync(join(folder, "tokenizer.json")) ? ["tokenizer.json"] : [];
  return [...partNames(join(folder, "model.safetensors")), "config.json", ...tokenizer];
}

/** Ids of the models that the site ships: the project's own, and those that `MODELS` names. */
export function shippedModels(): string[] {
  const own = existsSync(fileURLToPath(new URL("models/mini/model.safetensors", import.meta.url))) ? ["mini"] : [];
  const asked = (process.env.MODELS ?? "").split(",").map((id) => id.trim());
  return [...new Set([...own, ...asked.filter(Boolean)])];
}
