// A supervised model's classifier, one row a class: with data/models/mini/lexicon.json it answers words
// in pages that have no model at hand.
import {parseArgs} from "node:util";
import {gzipSync} from "node:zlib";
import {classifierFile} from "../classifier.js";

const {values} = parseArgs({options: {model: {type: "string"}}});
process.stdout.write(gzipSync(await classifierFile(values.model!)));
