/**
 * Versions of the files that the project writes; `docs/schemas.md` says what each holds. A change that a reader of the
 * version before would misread raises it.
 */
export const fileVersions = {record: 1, summary: 1, export: 1, masks: 1} as const;

/** How each kind is called, and how it is made anew. */
const kinds = {
  record: ["a record", "Analyse the photo again with this version, or open it with a newer one."],
  summary: ["a summary of images", "Make it again with sfp corpus, or open it with a newer version."],
  export: ["an export of SFP Explorer", "Export it again with this version, or import it with a newer one."],
  masks: ["a legend of masks", "Save the masks again."]
} as const satisfies Record<FileKind, readonly [string, string]>;

type FileKind = keyof typeof fileVersions;

/**
 * Refuses a file of a version that is not known here.
 *
 * @param found what the file says; files from before versions were written say nothing, and are of the first
 * @throws Error with both versions and the remedy
 */
export function knowVersion(kind: FileKind, found: unknown, file = "The file"): void {
  const known = fileVersions[kind];
  if ((found ?? 1) === known) return;
  const [name, remedy] = kinds[kind];
  throw new Error(`${file} is ${name} of version ${String(found)}; version ${known} is known here. ${remedy}`);
}
