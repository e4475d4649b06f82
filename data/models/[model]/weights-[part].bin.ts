// A part of a model's weights, counted from 1, where they are longer than hosts allow a file to be.
import {parseArgs} from "node:util";
import {servedWeights} from "../../site/served.js";
import {findServed} from "../../site/shipped.js";
import {readPart} from "../../site/weights.js";

const {values} = parseArgs({options: {model: {type: "string"}, part: {type: "string"}}});
readPart(servedWeights(await findServed(values.model!)), Number(values.part) - 1).pipe(process.stdout);
