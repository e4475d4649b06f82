// The tokeniser of a model that lies elsewhere on this machine; only models that have one are asked for it.
import {readFileSync} from "node:fs";
import {join} from "node:path";
import {parseArgs} from "node:util";
import {findServed} from "../../site/shipped.js";

const {values} = parseArgs({options: {model: {type: "string"}}});
process.stdout.write(readFileSync(join((await findServed(values.model!)).folder, "tokenizer.json")));
