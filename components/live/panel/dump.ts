/** Which of a reader's files are attention that another program computed. */

/** Ends of names that arrays have, and models' files do not. */
const arrayName = /\.(npz|npy|arrow|feather)$/i;

/** Tensors of a safetensors file are attention where one of them is called so. */
const attentionName = /"attention([._]?\d+)?"\s*:/;

/** Whether a file is one of arrays, by its name. */
export function isArrayName({name}: {name: string}): boolean {
  return arrayName.test(name);
}

/** Files of a dump among those that were opened together; empty where there are none. */
export async function dumpFiles(files: readonly File[]): Promise<File[]> {
  const found: File[] = [];
  for (const file of files)
    if (isArrayName(file) || (/\.safetensors$/i.test(file.name) && (await holdsAttention(file)))) found.push(file);
  return found;
}

/** The header of a safetensors file names its tensors. */
async function holdsAttention(file: Blob): Promise<boolean> {
  const start = await file.slice(0, 8).arrayBuffer();
  if (start.byteLength < 8) return false;
  const length = Number(new DataView(start).getBigUint64(0, true));
  return length < 1e6 && attentionName.test(await file.slice(8, 8 + length).text());
}
