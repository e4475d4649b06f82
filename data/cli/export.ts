import {basename, extname, join} from "node:path";
import {exportFormat, exportFormats, writeExport, type Export} from "../../components/exchange/write.js";
import {gridOf} from "../../components/model/geometry.js";
import {openEngine, openModel, provenanceOf} from "../engine/index.js";
import {claimFiles, writeWhole, type Streams} from "../files/output.js";
import {computedExport, importedExport} from "../records/exported.js";
import {openImport} from "../records/openImport.js";
import {importedArchive} from "../site/imports.js";
import {imageFolder, sitePhotos, type PhotoFile} from "../site/photos.js";
import {inputHelp, inputOptions, readPixels} from "./inputs.js";
import {deviceName, modelHelp, modelOptions, modelSettings, parse, UsageError, wholeNumber} from "./options.js";

export const help = `export MODEL/PHOTO --out FILE   or   export --image FILE --model M --out FILE
  A record at full precision, for NumPy and others: maps of every head, tokens, class rows, diagonals, norms, outlier
  sets of both trunks, and the features of every method; its provenance is in the file. docs/schemas.md has the arrays.
  MODEL/PHOTO         a photo of the site under one of its models, imported ones too
  --out FILE          ${exportFormats.join(", ")}
${inputHelp}
${modelHelp}`;

export async function run(args: string[], {stderr}: Streams): Promise<number> {
  const {values, positionals} = parse({args, allowPositionals: true, options: {...modelOptions, ...inputOptions}});
  const {out, image: images} = values;
  if (out === undefined) throw new UsageError("--out FILE is needed.");
  const format = exportFormat(out);
  if (!format) throw new UsageError(`--out ${out}: its name ends with none of ${exportFormats.join(", ")}.`);
  if (positionals.length + images.length !== 1)
    throw new UsageError("export takes one record, as MODEL/PHOTO or as --image FILE with --model M.");
  if (positionals.length && (values.positions ?? values.activation) !== undefined)
    throw new UsageError("--positions and --activation go with --image; a record of the site is as it was computed.");
  claimFiles([out], {inputs: images});
  const on = {device: deviceName(values.device), threads: wholeNumber("threads", values.threads), stderr};
  const found = positionals.length
    ? await exportRecord(positionals[0], on)
    : await exportImage(images[0], values.model, values, on);
  writeWhole(out, await writeExport(found, format));
  stderr.write(`${out}: ${Object.keys(found.arrays).length} arrays\n`);
  return 0;
}

type On = Parameters<typeof openEngine>[1] & Pick<Streams, "stderr">;

async function exportRecord(word: string, on: On): Promise<Export> {
  const [, model, id] = /^([^/]+)\/([^/]+)$/.exec(word) ?? [];
  if (id === undefined) throw new UsageError(`${word}: a record is MODEL/PHOTO, such as vit-ti-16/chelsea.`);
  if (importedArchive(model, id) !== undefined) {
    const {dump, layout, as} = await openImport(model, id);
    return importedExport(dump, layout, as);
  }
  return exportImage(join(imageFolder, photoOf(id).file), model, {}, on, id);
}

function photoOf(id: string): PhotoFile {
  const photo = sitePhotos().find((each) => each.id === id);
  if (photo) return photo;
  throw new UsageError(
    `There is no photo ${id}; known are ${
      sitePhotos()
        .map((each) => each.id)
        .join(", ") || "none"
    }.`
  );
}

async function exportImage(
  file: string,
  modelId: string | undefined,
  size: {size?: string; square?: string; positions?: string; activation?: string},
  {stderr, ...on}: On,
  image = basename(file, extname(file))
): Promise<Export> {
  const model = await openModel(modelId, modelSettings(size));
  const engine = openEngine(model, on);
  try {
    const pixels = await readPixels(file, size, {engine, stderr});
    if (pixels.dims[0] !== 1) throw new Error(`${file} holds ${pixels.dims[0]} pictures; export takes one at a time.`);
    const grid = gridOf(model.geometry, pixels.dims[2], pixels.dims[3]);
    return await computedExport(engine, {image, grid, pixels, provenance: provenanceOf(model, engine, "sfp")});
  } finally {
    await engine.close();
  }
}
