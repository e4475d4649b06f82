/** Lines of Python that load a figure's numbers and draw them. */
import type {Rows} from "../frame/rows.js";

/** A figure as its snippets know it. */
export interface PythonSubject {
  /** The name of its files, without the end. */
  file: string;
  rows: Rows;
  /** MODEL/PHOTO where its numbers are of one record that the command line can make anew. */
  record?: string;
  /** 1-based. */
  layer: number;
}

/** Lines that run as they stand beside the file that they name. */
export interface Snippet {
  about: string;
  language: "sh" | "python";
  code: string;
}

/** Columns that number things, and so are no values to draw. */
const places = ["patch", "token", "row", "column", "layer", "head"];

/** At most so many columns are drawn: more lines tell nobody anything. */
const mostLines = 6;

/** Snippets for the figure's own numbers as Arrow and as CSV, and for the whole record they come from. */
export function pythonSnippets(subject: PythonSubject): Snippet[] {
  const {file, rows, record, layer} = subject;
  const drawing = drawingOf(rows);
  const numeric = numericColumns(rows);
  const found: Snippet[] = [
    {
      about: "The figure’s numbers, saved with its button “Arrow”:",
      language: "python",
      code: `import matplotlib.pyplot as plt, numpy as np, pyarrow as pa

with pa.OSFile(${quoted(`${file}.arrow`)}) as source:
    table = pa.ipc.open_file(source).read_all()
print(table.schema.metadata[b"Comment"].decode())
data = {name: np.array(table[name].to_pylist()) for name in table.column_names}
${drawing}`
    },
    {
      about: "The same, saved with “CSV”:",
      language: "python",
      code: `import csv, matplotlib.pyplot as plt, numpy as np

with open(${quoted(`${file}.csv`)}, newline="", encoding="utf-8-sig") as source:
    rows = list(csv.DictReader(source))
data = {name: np.array([row[name] for row in rows]) for name in rows[0]}
for name in [${numeric.map(quoted).join(", ")}]:
    data[name] = np.array([float(value or "nan") for value in data[name]])
${drawing}`
    }
  ];
  if (record !== undefined) found.push(...recordSnippets(record, layer));
  return found;
}

/** The command that makes a record anew, at full precision, and what is in it. */
function recordSnippets(record: string, layer: number): Snippet[] {
  const file = `${record.replace("/", "-")}.npz`;
  return [
    {
      about: "Everything that is known of this photo under this model, at full precision and computed anew:",
      language: "sh",
      code: `npm run sfp -- export ${record} --out ${file}`
    },
    {
      about: "Its arrays, and this layer’s attention of the class token (of the pooling probe in a model without one):",
      language: "python",
      code: `import json, matplotlib.pyplot as plt, numpy as np

record = np.load(${quoted(file)})
print({name: record[name].shape for name in record})
layer, grid = ${layer} - 1, json.loads(str(record["grid"]))
plt.imshow(record["class_rows"][layer].mean(0).reshape(grid))
plt.colorbar(label="class_rows, mean over heads")
plt.show()`
    }
  ];
}

function numericColumns(rows: Rows): string[] {
  const [first = {}] = rows;
  return Object.keys(first).filter((name) => {
    const cells = rows.map((row) => row[name]).filter((cell) => cell !== undefined && cell !== "");
    return cells.length > 0 && cells.every((cell) => typeof cell === "number");
  });
}

/** A map where the rows are the patches of a grid, else lines or points. */
function drawingOf(rows: Rows): string {
  const numeric = numericColumns(rows);
  const values = numeric.filter((name) => !places.includes(name));
  const shape = gridOf(rows, numeric);
  if (shape && values.length)
    return `plt.imshow(data[${quoted(values[0])}].reshape(${shape.join(", ")}))
plt.colorbar(label=${quoted(values[0])})
plt.show()`;
  const across = numeric.find((name) => places.includes(name)) ?? numeric[0];
  const up = values.filter((name) => name !== across).slice(0, mostLines);
  if (across === undefined || !up.length) return "print(data)";
  return `for name in [${up.map(quoted).join(", ")}]:
    plt.plot(data[${quoted(across)}], data[name], ".", label=name)
plt.xlabel(${quoted(across)})
plt.legend()
plt.show()`;
}

/** Rows and columns of the grid, where each row of the table is one patch, in order. */
function gridOf(rows: Rows, numeric: readonly string[]): [rows: number, columns: number] | undefined {
  if (!numeric.includes("patch") || !rows.every(({patch}, i) => patch === i)) return undefined;
  const {row, column} = rows.at(-1)!;
  const [down, across] = [Number(row) + 1, Number(column) + 1];
  if (down * across === rows.length) return [down, across];
  const side = Math.sqrt(rows.length);
  return Number.isInteger(side) ? [side, side] : undefined;
}

/** A string of Python. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
