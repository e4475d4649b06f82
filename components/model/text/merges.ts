/**
 * CLIP's merge table, from whichever file a model brings: `bpe_simple_vocab_16e6.txt`, plain or gzipped (OpenAI),
 * `merges.txt` or `tokenizer.json` (Hugging Face). All say the same in the same order, and the order is
 * everything: it gives both the rank of a merge and the number of its token.
 */

/** A merge: two neighbouring symbols that become one. */
export type Merge = readonly [left: string, right: string];

/** CLIP keeps this many merges: 49,152 tokens without the 512 byte symbols and the two special ones. */
export const clipMerges = 49152 - 256 - 2;

/** Reads a merge table, looking at the content (not the name) for its format. */
export async function readMerges(bytes: Uint8Array<ArrayBuffer>): Promise<Merge[]> {
  const text = new TextDecoder().decode(bytes[0] === 0x1f && bytes[1] === 0x8b ? await gunzip(bytes) : bytes);
  return /^\s*\{/.test(text) ? mergesOfTokenizerJson(text) : parseMerges(text);
}

/** A table as text: a line that states the version, then one merge a line. OpenAI's file goes on after CLIP's share. */
export function parseMerges(text: string, count = clipMerges): Merge[] {
  const lines = text.split(/\r?\n/).slice(1, count + 1);
  while (lines.at(-1) === "") lines.pop();
  return lines.map((line, i) => {
    const parts = line.split(" ");
    if (parts.length !== 2 || !parts[0] || !parts[1])
      throw new Error(`merge table, line ${i + 2}: not two symbols: "${line}"`);
    return [parts[0], parts[1]];
  });
}

/** The table inside a `tokenizer.json`, where a merge is "a b" or, in newer files, ["a", "b"]. */
export function mergesOfTokenizerJson(text: string): Merge[] {
  const {model} = JSON.parse(text) as {
    model?: {type?: string; merges?: (string | Merge)[]; end_of_word_suffix?: string};
  };
  if (!model?.merges) throw new Error("no merge table (model.merges): not a byte-pair tokenizer");
  if (model.end_of_word_suffix !== "</w>") throw new Error('not CLIP\'s: its words do not end in "</w>"');
  return model.merges.map((merge) => (typeof merge === "string" ? (merge.split(" ", 2) as [string, string]) : merge));
}

async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * A printable character for each byte, so that merges are readable text: the printable bytes of Latin-1 stand
 * for themselves, the other 68 get U+0100 onwards. In the order of the vocabulary.
 */
export const byteSymbols: ReadonlyMap<number, string> = (() => {
  const bytes = Array.from({length: 256}, (_, byte) => byte);
  const rest = bytes.filter((byte) => !printable(byte));
  return new Map([
    ...bytes.filter(printable).map((byte): [number, string] => [byte, String.fromCharCode(byte)]),
    ...rest.map((byte, i): [number, string] => [byte, String.fromCharCode(256 + i)])
  ]);
})();

function printable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
}

/** What a vocabulary is made of, in order: byte symbols, the same at the end of a word, the merges. */
export function vocabulary(merges: readonly Merge[]): string[] {
  const symbols = [...byteSymbols.values()];
  return [...symbols, ...symbols.map((symbol) => `${symbol}</w>`), ...merges.map(([left, right]) => left + right)];
}
