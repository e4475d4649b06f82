/** Rows of a corpus as files: Parquet with lists of patches, a row an image and layer; Arrow with bits and coded norms, a row an image. */
import {renameSync, rmSync} from "node:fs";
import {extname} from "node:path";
import {fileWriter, ParquetWriter} from "hyparquet-writer";
import type {ImageFacts} from "../../components/analysis/corpus/facts.js";
import {detectorIds} from "../../components/analysis/detectors/index.js";
import {corpusRows} from "../../components/analysis/corpus/rows.js";
import {encodeRows} from "../../components/exchange/corpusRows.js";
import {indicesOf} from "../../components/analysis/detectors/detection.js";
import {measureIds} from "../../components/analysis/layerMeasures.js";
import {writeWhole} from "../files/output.js";

/** Images that an Arrow file of rows may have: it is written and read whole, some 4 kB an image. */
const mostInArrow = 20_000;

/** Images in a row group: what is in memory at a time. */
const together = 200;

/** A file of rows that is written as images come. */
export interface RowsFile {
  add(facts: ImageFacts): void;
  /** Writes the rest, and gives the file its name: until then there is none. */
  finish(): void;
  /** Leaves nothing. */
  abandon(): void;
}

/**
 * Begins a file of rows.
 *
 * @param name what the images are called
 * @throws RangeError for another ending than .parquet and .arrow, or too many images for Arrow
 */
export function openRows(path: string, name: string, total: number): RowsFile {
  switch (extname(path).toLowerCase()) {
    case ".parquet":
      return parquetRows(path, name);
    case ".arrow":
      if (total > mostInArrow)
        throw new RangeError(
          `--rows ${path}: such a file is written and read whole, so it may have ${mostInArrow} images, and there are ${total}. Use .parquet.`
        );
      return arrowRows(path, name);
    default:
      throw new RangeError(
        `--rows ${path}: end its name in .parquet (lists of patches) or .arrow (bits and coded norms).`
      );
  }
}

function arrowRows(path: string, name: string): RowsFile {
  const images: ImageFacts[] = [];
  return {
    add: (facts) => images.push(facts),
    finish: () => writeWhole(path, encodeRows(corpusRows(name, images))),
    abandon: () => {}
  };
}

/** A column of whole numbers or of numbers. */
const scalar = (name: string, type: "INT32" | "DOUBLE") => ({name, type, repetition_type: "OPTIONAL" as const});

const list = (name: string) => [
  {name, converted_type: "LIST" as const, repetition_type: "REQUIRED" as const, num_children: 1},
  {name: "list", repetition_type: "REPEATED" as const, num_children: 1},
  {name: "element", type: "INT32" as const, repetition_type: "REQUIRED" as const}
];

function parquetRows(path: string, name: string): RowsFile {
  const part = `${path}.part-${process.pid}`;
  const bytes = fileWriter(part);
  let writer: ParquetWriter | undefined;
  let waiting: ImageFacts[] = [];
  const begin = ({provenance, grid}: ImageFacts) =>
    new ParquetWriter({
      writer: bytes,
      schema: [
        {name: "root", num_children: columns.length},
        {name: "image", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED"},
        {name: "layer", type: "INT32", repetition_type: "REQUIRED"},
        scalar("outliers_purified", "INT32"),
        ...measureIds.map((id) => scalar(id, "DOUBLE")),
        ...detectorIds.flatMap((id) => list(`set_${id}`))
      ],
      kvMetadata: Object.entries({name, grid: JSON.stringify(grid), provenance: JSON.stringify(provenance)}).map(
        ([key, value]) => ({key, value})
      )
    });
  const flush = () => {
    if (!waiting.length) return;
    writer ??= begin(waiting[0]);
    const rows = waiting.flatMap(layerRows);
    void writer.write({
      columnData: columns.map((column) => ({name: column, data: rows.map((row) => row[column])})),
      rowGroupSize: rows.length
    });
    waiting = [];
  };
  return {
    add(facts) {
      if (waiting.push(facts) >= together) flush();
    },
    finish() {
      flush();
      void writer?.finish();
      renameSync(part, path);
    },
    abandon: () => rmSync(part, {force: true})
  };
}

/** The columns, in the order of the schema. */
const columns = [
  "image",
  "layer",
  "outliers_purified",
  ...measureIds,
  ...detectorIds.map((id) => `set_${id}` as const)
] as const;

type Row = Record<(typeof columns)[number], string | number | number[] | null>;

/** A row a layer; a set is the list of its patches, 0-based. */
function layerRows({image, layers, counts, measures, lengths, sets}: ImageFacts): Row[] {
  const numberOr = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? null : value);
  return Array.from({length: layers}, (_, layer) => ({
    image,
    layer: layer + 1,
    outliers_purified: numberOr(counts.purified?.[layer]),
    ...(Object.fromEntries(
      measureIds.map((id) => [
        id,
        numberOr(measures?.[id][layer] ?? (id === "largest" ? lengths.plain?.[layer] : undefined))
      ])
    ) as Record<(typeof measureIds)[number], number | null>),
    ...(Object.fromEntries(
      detectorIds.map((id) => {
        const set = sets[id];
        const patches = set ? set.length / layers : 0;
        return [`set_${id}`, set ? indicesOf(set.subarray(layer * patches, (layer + 1) * patches)) : []];
      })
    ) as Record<`set_${(typeof detectorIds)[number]}`, number[]>)
  }));
}
