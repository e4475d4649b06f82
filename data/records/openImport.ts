/** The dump that an imported record was made of. */
import {existsSync} from "node:fs";
import {readDump, type Dump} from "../../components/exchange/dump.js";
import {layoutOf, type TokenLayout} from "../../components/exchange/layout.js";
import type {ImportedAs} from "../../components/exchange/record.js";
import {decodeRecord} from "../../components/records/arrow.js";
import {readFileSync} from "node:fs";
import {readArrays} from "../files/arrayFiles.js";
import {importEntry, importPath} from "../site/imports.js";
import {unpack} from "./archive.js";

/**
 * Opens the dump that lies beside an imported record.
 *
 * @throws Error when it is not there any more, or was changed
 */
export async function openImport(
  model: string,
  photo: string
): Promise<{dump: Dump; layout: TokenLayout; as: ImportedAs}> {
  const {source, classIndex} = importEntry(model, photo);
  const file = importPath(model, photo, source);
  if (!existsSync(file))
    throw new Error(
      `${file} is not there any more, and the pages' maps are coarser than it was; import the photo again.`
    );
  const {arrays, sha256} = await readArrays(file);
  const {image, grid, prefix, provenance} = decodeRecord(
    unpack(readFileSync(importPath(model, photo, "record.zip")))["summary.arrow"]
  );
  if (provenance.imported?.sha256 !== sha256)
    throw new Error(`${file} is not the file that was imported; import the photo again.`);
  const dump = readDump(arrays);
  const layout = layoutOf(dump.attention.tokens, {grid, prefix: 1 + prefix.registers, classIndex});
  return {
    dump,
    layout,
    as: {image, model, file: provenance.imported.file, sha256, versions: provenance.versions}
  };
}
