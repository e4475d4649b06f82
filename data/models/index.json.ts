// The models that the site offers on its Live page. MODELS=vit-ti-16,clip-vit-b-16@hub npm run build adds
// those, from wherever this machine has them; the weights of the second stay on the hub.
import {readFileSync} from "node:fs";
import {join} from "node:path";
import type {ModelEntry} from "../../components/live/catalog.js";
import {findModel} from "../hub/folders.js";
import {modelFiles, remoteWeights, shippedModels} from "../site/shipped.js";
import {cutWeights} from "../site/weights.js";

const catalog = JSON.parse(readFileSync(new URL("../models.json", import.meta.url), "utf8")) as {
  id: string;
  title: string;
}[];

const entries: ModelEntry[] = [];
for (const model of shippedModels()) {
  const {id} = model;
  const {folder} = await findModel(id);
  const cut = await cutWeights(join(folder, "model.safetensors"));
  const remote = model.remote ? await remoteWeights(id) : undefined;
  if (remote && remote.sha256 !== cut.hash)
    throw new Error(`${folder} is not as it was fetched: run \`npm run sfp -- models get ${id}\` again.`);
  entries.push({
    id,
    title: catalog.find((model) => model.id === id)?.title ?? id,
    ...cut,
    remote: remote?.address,
    tokenizer: (await modelFiles(model)).includes("tokenizer.json")
  });
}
process.stdout.write(JSON.stringify(entries));
