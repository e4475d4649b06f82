/** The archive of one image's files: each is compressed by itself, so that hosts serve it as it lies in the archive. */
import {gunzipSync, gzipSync} from "node:zlib";
import {unzipSync, zipSync} from "fflate";

/** A file's name within the image's folder, and its bytes. */
export type RecordFiles = Record<string, Uint8Array>;

/** Packs files into a zip of NAME.gz, which is the same whenever it is made. */
export function pack(files: RecordFiles): Uint8Array {
  const members = Object.entries(files).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]);
  return packStored(Object.fromEntries(members) as RecordFiles);
}

/** Packs files that are compressed already. */
export function packStored(members: RecordFiles): Uint8Array {
  return zipSync(members, {level: 0, mtime: new Date(1980, 0, 2)});
}

/** The files of an archive as they lie in it, NAME.gz. */
export function packedFiles(archive: Uint8Array): RecordFiles {
  return unzipSync(archive);
}

/** The files of an archive; of those named, where any are, and the others stay packed. */
export function unpack(archive: Uint8Array, ...names: string[]): RecordFiles {
  const wanted = names.length ? {filter: ({name}: {name: string}) => names.includes(name.replace(/\.gz$/, ""))} : {};
  const members = Object.entries(unzipSync(archive, wanted));
  return Object.fromEntries(members.map(([name, bytes]) => [name.replace(/\.gz$/, ""), gunzipSync(bytes)]));
}
