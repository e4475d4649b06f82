// The configuration that goes with a model's weights; an empty one where it has none.
import {parseArgs} from "node:util";
import {folderConfig, tensorShapes} from "../../hub/tensors.js";
import {findServed} from "../../site/shipped.js";

const {values} = parseArgs({options: {model: {type: "string"}}});
const {folder, weights} = await findServed(values.model!);
process.stdout.write(JSON.stringify(folderConfig(folder, tensorShapes(folder, weights)) ?? {}));
