// The weights of a model that lies elsewhere on this machine, for a site that ships it.
import {createReadStream} from "node:fs";
import {join} from "node:path";
import {parseArgs} from "node:util";
import {findModel} from "../../hub/folders.js";

const {values} = parseArgs({options: {model: {type: "string"}}});
const {folder} = await findModel(values.model!);
createReadStream(join(folder, "model.safetensors")).pipe(process.stdout);
