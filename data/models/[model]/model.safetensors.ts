// The weights of a model that lies elsewhere on this machine, for a site that ships it.
import {createReadStream} from "node:fs";
import {parseArgs} from "node:util";
import {servedWeights} from "../../site/served.js";
import {findServed} from "../../site/shipped.js";

const {values} = parseArgs({options: {model: {type: "string"}}});
createReadStream(servedWeights(await findServed(values.model!))).pipe(process.stdout);
