/** Archives made in the page, a file at a time, so that the page answers while a large one is packed. */

/** A file of an archive. */
export interface NamedBytes {
  name: string;
  bytes: Uint8Array;
}

/** Packs files as they come. */
export async function zipFiles(files: AsyncIterable<NamedBytes>): Promise<Uint8Array<ArrayBuffer>> {
  const {Zip, ZipDeflate} = await import("fflate");
  const parts: Uint8Array[] = [];
  const zip = new Zip((error, part) => {
    if (error) throw error;
    parts.push(part);
  });
  for await (const {name, bytes} of files) {
    const file = new ZipDeflate(name, {level: 6});
    zip.add(file);
    file.push(bytes, true);
    await new Promise((resolve) => setTimeout(resolve));
  }
  zip.end();
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}
