/** Figures and tables as LaTeX, for pdfLaTeX with any usual class. */
import type {Rows} from "../frame/rows.js";
import type {Caption} from "./caption.js";

/** What means something to TeX, and letters that pdfLaTeX has no glyph for without further packages. */
const written: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  "#": "\\#",
  $: "\\$",
  "%": "\\%",
  "&": "\\&",
  _: "\\_",
  "^": "\\textasciicircum{}",
  "~": "\\textasciitilde{}",
  "×": "$\\times$",
  "·": "$\\cdot$",
  "−": "$-$",
  "±": "$\\pm$",
  "≥": "$\\geq$",
  "≤": "$\\leq$",
  "≠": "$\\neq$",
  "∞": "$\\infty$",
  "→": "$\\rightarrow$",
  "←": "$\\leftarrow$",
  "∈": "$\\in$",
  "√": "$\\surd$",
  "†": "$\\dagger$",
  "‡": "$\\ddagger$",
  "↑": "$\\uparrow$",
  "↓": "$\\downarrow$",
  "★": "$\\star$",
  "☆": "$\\ast$",
  "●": "$\\bullet$",
  "■": "\\rule{1ex}{1ex}",
  "◆": "$\\diamond$",
  "▲": "$\\triangle$",
  ᵀ: "$^{\\top}$",
  "‖": "$\\|$",
  ...greek("αβγδεζηθικλμ", "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu"),
  ...greek("νξπρστυφχψω", "nu xi pi rho sigma tau upsilon phi chi psi omega"),
  ...greek("ΓΔΘΛΞΠΣΦΨΩ", "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"),
  "—": "---",
  "–": "--",
  "…": "\\ldots{}",
  "’": "'",
  "‘": "`",
  "“": "``",
  "”": "''",
  "\u00a0": "~",
  "\u202f": "\\,",
  "₀": "$_0$",
  "₁": "$_1$",
  "₂": "$_2$",
  "²": "$^2$"
};

/** Letters and the names of their commands. */
function greek(letters: string, names: string): Record<string, string> {
  return Object.fromEntries(names.split(" ").map((name, i) => [letters[i], `$\\${name}$`]));
}

/** The characters of a text that pdfLaTeX has nothing for: it knows those written above, and letters of Latin scripts. */
function texUnknown(text: string): string[] {
  return [...new Set(text)].filter((letter) => letter > "\u017f" && !(letter in written));
}

/** A line that says which other TeX a text needs; empty where pdfLaTeX serves. */
function needed(...texts: readonly string[]): string {
  const unknown = texUnknown(texts.join(""));
  return unknown.length ? `% needs XeLaTeX or LuaLaTeX for: ${unknown.join(" ")}\n` : "";
}

/** A text with nothing in it that TeX would read as a command. */
export function texText(text: string): string {
  return [...text].map((character) => written[character] ?? character).join("");
}

/**
 * A figure's environment: over one column, or over both where it is wider than one.
 *
 * @param file the picture's name without its end
 * @param inches how wide it is
 */
export function texFigure({id, title, lede, reading, source, address}: Caption, file: string, inches: number): string {
  const environment = inches > 3.6 ? "figure*" : "figure";
  const caption = [`\\textbf{${texText(sentence(title))}}`, texText(lede), texText(reading)].filter(Boolean).join(" ");
  return `${needed(title, lede, reading, source)}% ${address}
\\begin{${environment}}[t]
  \\centering
  \\includegraphics[width=${Number(inches.toFixed(3))}in]{${file}}
  \\caption{${caption}${source ? ` {\\footnotesize ${texText(source)}.}` : ""}}
  \\label{fig:${id}}
\\end{${environment}}
`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Numbers as a table in the style of the package `booktabs`. Columns of numbers are set flush right. */
export function texTable(rows: Rows, {id, title, source, address}: Caption): string {
  if (rows.length === 0) return "";
  const columns = Object.keys(rows[0]);
  const isNumber = (column: string) => rows.every((row) => row[column] === "" || typeof row[column] === "number");
  const cell = (value: string | number) =>
    typeof value === "number" ? (Number.isFinite(value) ? texText(shortNumber(value)) : "--") : texText(value);
  const line = (cells: readonly string[]) => `    ${cells.join(" & ")} \\\\`;
  return `${needed(title, source, JSON.stringify(rows))}% needs \\usepackage{booktabs}
% ${address}
\\begin{table}[t]
  \\centering
  \\caption{${texText(sentence(title))}${source ? ` {\\footnotesize ${texText(source)}.}` : ""}}
  \\label{tab:${id}}
  \\begin{tabular}{${columns.map((column) => (isNumber(column) ? "r" : "l")).join("")}}
    \\toprule
${line(columns.map((column) => texText(column.replaceAll("_", " "))))}
    \\midrule
${rows.map((row) => line(columns.map((column) => cell(row[column] ?? "")))).join("\n")}
    \\bottomrule
  \\end{tabular}
\\end{table}
`;
}

/** Four significant digits; a minus is TeX's. */
function shortNumber(value: number): string {
  return String(Number(value.toPrecision(4))).replace("-", "−");
}
