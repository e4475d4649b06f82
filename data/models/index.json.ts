// The models that the site offers on its Live page. MODELS=vit-ti-16,clip-vit-b-16@hub npm run build adds
// those, from wherever this machine has them; the weights of the second stay on the hub.
import {readFileSync} from "node:fs";
import type {ModelEntry} from "../../components/live/catalog.js";
import {readLock} from "../hub/lock.js";
import {servedWeights} from "../site/served.js";
import {findShipped, modelFiles, remoteWeights, shippedModels} from "../site/shipped.js";
import {cutWeights} from "../site/weights.js";

const catalog = JSON.parse(readFileSync(new URL("../models.json", import.meta.url), "utf8")) as {
  id: string;
  title: string;
}[];

const entries: ModelEntry[] = [];
for (const model of shippedModels()) {
  const {id, word = id} = model;
  const found = await findShipped(model);
  const cut = await cutWeights(servedWeights(found));
  const remote = model.remote ? await remoteWeights(word) : undefined;
  if (remote && remote.sha256 !== cut.hash)
    throw new Error(`${found.folder} is not as it was fetched: run \`npm run sfp -- models get ${word}\` again.`);
  const repository = (await readLock(found.folder))?.repository;
  const files = await modelFiles(model);
  entries.push({
    id,
    title: catalog.find((one) => one.id === id)?.title ?? repository ?? id,
    ...cut,
    remote: remote?.address,
    repository,
    tokenizer: files.includes("tokenizer.json"),
    preprocessor: files.includes("preprocessor_config.json")
  });
}
process.stdout.write(JSON.stringify(entries));
