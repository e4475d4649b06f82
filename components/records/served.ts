/** Files that a site serves beside those that were computed: parts of them, so that a page fetches what it shows. */
import {Decoded, encode} from "./arrow.js";
import {colourRanges, type ColourBasis, type ColourRange} from "./record.js";

/** Each row of a file as a file of its own, with its metadata. */
export function splitRows(bytes: Uint8Array): Uint8Array[] {
  const file = new Decoded(bytes);
  const columns = file.names.map((name) => ({name, width: file.width(name), values: file.column(name)}));
  return Array.from({length: file.rows}, (_, row) =>
    encode(
      1,
      columns.map(({name, width, values}) => ({name, width, values: values.slice(row * width, (row + 1) * width)})),
      file.metadata
    )
  );
}

/** colours.arrow: a row a range, in the order of `colourRanges`; the maps' names are metadata. */
export function encodeColours(colours: Readonly<Record<ColourRange, ColourBasis>>): Uint8Array {
  const {names, centre} = colours.shared;
  const column = (name: string, width: number, of: (basis: ColourBasis) => Iterable<number>) => ({
    name,
    width,
    values: Float32Array.from(colourRanges.flatMap((range) => [...of(colours[range])]))
  });
  return encode(
    colourRanges.length,
    [
      column("centre", centre.length, (basis) => basis.centre),
      column("axes", 3 * centre.length, ({axes}) => axes),
      column("ranges", 6, ({ranges}) => ranges),
      column("explained", 1, ({explained}) => [explained])
    ],
    {names}
  );
}

/** Reads what `encodeColours` wrote. */
export function decodeColours(bytes: Uint8Array): Record<ColourRange, ColourBasis> {
  const file = new Decoded(bytes);
  const names = file.meta<string[]>("names");
  file.expect(file.rows === colourRanges.length && Array.isArray(names));
  file.expect(file.width("axes") === 3 * file.width("centre") && file.width("ranges") === 6);
  const part = (name: string, row: number) => {
    const width = file.width(name);
    return Float32Array.from(file.column(name).subarray(row * width, (row + 1) * width));
  };
  const basis = (row: number): ColourBasis => ({
    names,
    centre: part("centre", row),
    axes: part("axes", row),
    ranges: part("ranges", row),
    explained: part("explained", row)[0]
  });
  return {shared: basis(0), own: basis(1)};
}
