// How a model's pictures are prepared, as its folder says it; only models that have the file are asked for it.
import {readFileSync} from "node:fs";
import {join} from "node:path";
import {parseArgs} from "node:util";
import {findServed} from "../../site/shipped.js";

const {values} = parseArgs({options: {model: {type: "string"}}});
process.stdout.write(readFileSync(join((await findServed(values.model!)).folder, "preprocessor_config.json")));
