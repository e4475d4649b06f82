// Words of a model with a text tower, computed with the site, because its other pages have no model at hand.
import {parseArgs} from "node:util";
import {gzipSync} from "node:zlib";
import {wordsFile} from "../words.js";

const {values} = parseArgs({options: {model: {type: "string"}}});
process.stdout.write(gzipSync(await wordsFile(values.model!)));
