/** What an export says of itself, and how one of another version is refused. */
import {fileVersions, knowVersion} from "../records/versions.js";

const word = "sfp-explorer export";

/** What exports have under `format`. */
export const exportFormatWord = `${word} ${fileVersions.export}`;

/**
 * Refuses an export of a version that is not known here: its arrays may mean something else.
 *
 * @param format the file's own word; files of other programs have none, or another
 * @throws Error with both versions and the remedy
 */
export function knowExport(format: string | undefined, file: string): void {
  const version = format?.startsWith(`${word} `) ? format.slice(word.length + 1) : undefined;
  if (version !== undefined) knowVersion("export", /^\d+$/.test(version) ? Number(version) : version, file);
}
