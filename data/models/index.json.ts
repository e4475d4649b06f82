// The models that the site offers on its Live page. MODELS=vit-ti-16,clip-vit-b-16 npm run build adds
// those, from wherever this machine has them.
import {readFileSync} from "node:fs";
import {join} from "node:path";
import type {ModelEntry} from "../../components/live/catalog.js";
import {findModel} from "../hub/folders.js";
import {modelFiles, shippedModels} from "../shipped.js";
import {cutWeights} from "../weights.js";

const catalog = JSON.parse(readFileSync(new URL("../models.json", import.meta.url), "utf8")) as {
  id: string;
  title: string;
}[];

const entries: ModelEntry[] = [];
for (const id of shippedModels()) {
  const {folder} = await findModel(id);
  entries.push({
    id,
    title: catalog.find((model) => model.id === id)?.title ?? id,
    ...(await cutWeights(join(folder, "model.safetensors"))),
    tokenizer: (await modelFiles(id)).includes("tokenizer.json")
  });
}
process.stdout.write(JSON.stringify(entries));
