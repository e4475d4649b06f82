// Outliers over the photos of data/images under one model: /data/corpus/MODEL/photos.json.
import {parseArgs} from "node:util";
import {corpusSummary} from "../../../components/analysis/corpus/sum.js";
import {photoImages} from "../../records/photo-images.js";

const {values} = parseArgs({options: {model: {type: "string"}}});
const images = await photoImages(values.model!);
process.stdout.write(
  JSON.stringify(
    corpusSummary(
      "the photos of this site",
      images.map(({image}) => image)
    )
  )
);
