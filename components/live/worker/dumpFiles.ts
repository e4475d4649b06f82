/** Attention that another program computed, from files of the reader's disk: nothing of it leaves the machine. */
import {readDump, type Dump} from "../../exchange/dump.js";
import {layoutOf, type TokenLayout} from "../../exchange/layout.js";
import {npyArrays, openArrays} from "../../exchange/open.js";
import {recordOf, type ReadDump} from "../../exchange/record.js";
import {ownPicture} from "../../site/guest.js";
import {sha256} from "./sha256.js";

/**
 * Reads a dump and checks every number of it.
 *
 * @param files one file of arrays, or the .npy files of one folder
 * @returns the dump, and what of it the reader should know
 * @throws Error naming file, array, layer and head where it is wrong
 */
export async function readDumpFiles(files: readonly File[]): Promise<{read: ReadDump; notes: string[]}> {
  const name = files.length > 1 ? `${files.length} .npy files` : files[0].name;
  try {
    const {arrays, hash} = await readArrays(files);
    const dump = readDump(arrays);
    const read = recordOf(dump, layoutFor(dump), {
      image: ownPicture,
      model: modelName(files),
      file: name,
      sha256: hash,
      versions: {"sfp-explorer": "Live page"}
    });
    const notes = [
      ...(dump.unread.length ? [`Not read: ${dump.unread.join(", ")}.`] : []),
      ...(dump.logits ? ["Not used: logits; no page shows them."] : [])
    ];
    return {read, notes};
  } catch (error) {
    const {message} = error as Error;
    throw new Error(message.startsWith(name) ? message : `${name}: ${message}`, {cause: error});
  }
}

/** What captions call the model: the file's name, of which no other is known. */
function modelName(files: readonly File[]): string {
  return (files.length > 1 ? "dump" : files[0].name.replace(/\.\w+$/, ""))
    .replace(/[^\p{L}\p{M}\p{N}_.-]+/gu, "-")
    .slice(0, 60);
}

async function readArrays(files: readonly File[]) {
  const bytes = await Promise.all(files.map(async (file) => new Uint8Array(await file.arrayBuffer())));
  const hash = await sha256(...bytes);
  const npy = files.filter(({name}) => /\.npy$/i.test(name));
  if (npy.length < files.length && files.length > 1)
    throw new Error(`${files.map(({name}) => name).join(", ")} are several files of arrays: open one, with its photo.`);
  if (!npy.length) return {arrays: await openArrays(bytes[0], files[0].name), hash};
  const named = files.map(({name}, i) => [name.replace(/\.npy$/i, ""), bytes[i]] as const);
  return {arrays: npyArrays(Object.fromEntries(named)), hash};
}

function layoutFor({attention: {tokens}}: Dump): TokenLayout {
  try {
    return layoutOf(tokens, {});
  } catch (cause) {
    throw new Error(
      `attention has ${tokens} tokens; this page knows a square grid after a class token, alone or with four registers. The command line takes others: npm run sfp -- import FILE --image PHOTO --model NAME --grid RxC --prefix N.`,
      {cause}
    );
  }
}
