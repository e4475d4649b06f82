// The configuration of a model that lies elsewhere on this machine; an empty one where it has none.
import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {parseArgs} from "node:util";
import {findModel} from "../../hub/folders.js";

const {values} = parseArgs({options: {model: {type: "string"}}});
const file = join((await findModel(values.model!)).folder, "config.json");
process.stdout.write(existsSync(file) ? readFileSync(file) : "{}");
