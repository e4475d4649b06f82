// A part of a model's weights, counted from 1, where they are longer than hosts allow a file to be.
import {join} from "node:path";
import {parseArgs} from "node:util";
import {findModel} from "../../hub/folders.js";
import {readPart} from "../../site/weights.js";

const {values} = parseArgs({options: {model: {type: "string"}, part: {type: "string"}}});
const {folder} = await findModel(values.model!);
readPart(join(folder, "model.safetensors"), Number(values.part) - 1).pipe(process.stdout);
