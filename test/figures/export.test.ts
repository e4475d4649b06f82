/** What exported files are made of: names, LaTeX, typefaces, resolutions, steps of a film. */
import assert from "node:assert/strict";
import {spawnSync} from "node:child_process";
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {createRequire} from "node:module";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {decode, encode} from "fast-png";
import {fileName, type Caption} from "../../components/figures/export/caption.js";
import {faceFor, faces} from "../../components/figures/export/faces.js";
import {stepsOf} from "../../components/figures/export/film.js";
import {coveredBy} from "../../components/figures/export/glyphs.js";
import {texFigure, texTable, texText} from "../../components/figures/export/latex.js";
import {runsOf} from "../../components/figures/export/paint.js";
import {paperOptions, usualPaper} from "../../components/figures/export/paper.js";
import {addPngWords} from "../../components/figures/export/pngText.js";
import {sfntOf} from "../../components/figures/export/sfnt.js";

const require = createRequire(import.meta.url);

/** Debian has it in texlive-latex-recommended; tests do without it. */
const pdfLatex = "pdflatex";

const caption: Caption = {
  id: "attention",
  title: "In layer 10, 28 of 196 patches stand out",
  lede: "Attention in times uniform.",
  reading: "50 % & more_than $1 #2 {x} ~ ^ \\.",
  source: "Astronaut · vit-ti-16 · sfp · layer 10 · mean over heads · without SOM · computed on cpu",
  address: "https://example.org/attention.html?layer=10#figure-attention"
};

test("a file's name says figure, photo, model and layer", () => {
  assert.equal(fileName(caption), "attention-astronaut-vit-ti-16-layer-10-without-som");
  assert.equal(fileName({id: "ladder", source: ""}), "ladder");
  assert.equal(fileName({id: "heads", source: "Блюдо / 猫 · a/b · sfp · head 3"}), "heads-блюдо-猫-a-b-head-3");
});

test("LaTeX: nothing of a text is a command, braces are balanced, environments end as they begin", () => {
  assert.equal(
    texText("a_b & 5 % of #1 {x} $y$ ^ ~ \\"),
    "a\\_b \\& 5 \\% of \\#1 \\{x\\} \\$y\\$ \\textasciicircum{} \\textasciitilde{} \\textbackslash{}"
  );
  const wide = texFigure(caption, "attention-astronaut", 6.875);
  const table = texTable(
    [
      {name: "a_1", miou: -12.34567},
      {name: "b & c", miou: NaN}
    ],
    caption
  );
  for (const text of [wide, table, texFigure(caption, "x", 3.25)]) {
    const bare = text.replace(/^%.*$/gm, "").replace(/\\[\\{}%&#$_]/g, "");
    let depth = 0;
    for (const letter of bare) {
      depth += letter === "{" ? 1 : letter === "}" ? -1 : 0;
      assert.ok(depth >= 0, text);
    }
    assert.equal(depth, 0, text);
    assert.equal((bare.match(/\$/g) ?? []).length % 2, 0, text);
    assert.ok(!/[#]/.test(bare), text);
    const names = (kind: string) =>
      [...text.matchAll(new RegExp(`\\\\${kind}\\{([\\w*]+)\\}`, "g"))].map(([, name]) => name);
    assert.deepEqual(names("begin"), names("end").toReversed());
  }
  assert.match(wide, /\\begin\{figure\*\}[\s\S]*\\includegraphics\[width=6\.875in\]\{attention-astronaut\}/);
  assert.match(wide, /\\caption\{[\s\S]*vit-ti-16[\s\S]*\\label\{fig:attention\}/);
  assert.match(texFigure(caption, "x", 3.25), /\\begin\{figure\}/);
  assert.match(
    table,
    /\\begin\{tabular\}\{lr\}\s+\\toprule\s+name & miou \\\\\s+\\midrule\s+a\\_1 & \$-\$12\.35 \\\\\s+b \\& c & -- \\\\\s+\\bottomrule/
  );
});

test("what figures say is typeset by pdfLaTeX: every character of theirs, a figure, a table", (t) => {
  const own = new Set(
    readdirSync("components/figures", {recursive: true, encoding: "utf8"})
      .filter((name) => name.endsWith(".ts"))
      .flatMap((name) => [...readFileSync(join("components/figures", name), "utf8")])
      .filter((letter) => letter > "\x7f")
  );
  const all = [...own, ..."Ångström café αβγδεθμπτφωΔΛΣΦΩ"].join(" ");
  assert.doesNotMatch(texFigure({...caption, reading: all}, "x", 3.25), /XeLaTeX/);
  const said = {...caption, reading: all};
  assert.match(texFigure({...caption, title: "猫 и 犬"}, "x", 3.25), /^% needs XeLaTeX or LuaLaTeX for: 猫 и 犬\n/);
  if (spawnSync(pdfLatex, ["-version"]).error)
    return t.skip("There is no pdflatex (apt-get install texlive-latex-recommended): the syntax alone was checked.");
  const folder = mkdtempSync(join(tmpdir(), "tex-"));
  try {
    const picture = encode({width: 1, height: 1, data: new Uint8Array(3), channels: 3, depth: 8});
    writeFileSync(join(folder, "picture.png"), picture);
    const body = [
      texFigure(said, "picture", 3.25),
      texFigure(said, "picture", 6.875),
      texTable([{"name ρ": "★ b & c", miou: -12.34}], said)
    ];
    const packages = "\\usepackage{graphicx}\\usepackage{booktabs}";
    writeFileSync(
      join(folder, "a.tex"),
      `\\documentclass{article}${packages}\\begin{document}\n${body.join("\n")}\\end{document}\n`
    );
    const words = ["-interaction=nonstopmode", "-halt-on-error", "a.tex"];
    const made = spawnSync(pdfLatex, words, {cwd: folder, encoding: "utf8"});
    assert.equal(made.status, 0, made.stdout.slice(-1500));
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
});

test("type and width come out as they are chosen", () => {
  const {width, margin, inches} = paperOptions({...usualPaper, inches: 3.25, type: 8});
  const points = (inches! * 72) / (width! + 2 * margin!);
  assert.ok(Math.abs(13 * points - 8) < 1e-9);
});

test("a typeface's file is unpacked to what it was made of, and knows its characters", () => {
  const woff = new Uint8Array(readFileSync(require.resolve("katex/dist/fonts/KaTeX_Main-Regular.woff")));
  const sfnt = sfntOf(woff);
  const original = new Uint8Array(readFileSync(require.resolve("katex/dist/fonts/KaTeX_Main-Regular.ttf")));
  const tables = (font: Uint8Array) => {
    const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
    return Array.from({length: view.getUint16(4)}, (_, i) => {
      const [tag, offset, length] = [0, 8, 12].map((k) => view.getUint32(12 + 16 * i + k));
      return {tag, bytes: font.subarray(offset, offset + length)};
    });
  };
  const head = 0x68656164;
  const expected = new Map(tables(original).map(({tag, bytes}) => [tag, bytes]));
  for (const {tag, bytes} of tables(sfnt))
    if (tag !== head) assert.deepEqual(bytes, expected.get(tag), tag.toString(16));
  const has = coveredBy(sfnt);
  assert.ok(has("a") && has("Λ") && has("∈") && has("→"));
  assert.ok(!has("λ") && !has("猫") && !has("😀"));
  const inter = coveredBy(
    sfntOf(new Uint8Array(readFileSync(require.resolve("@fontsource/inter/files/inter-latin-400-normal.woff"))))
  );
  assert.ok(inter("a") && inter("×") && inter("−") && !inter("λ"));
  assert.throws(() => sfntOf(new Uint8Array(60)), /no WOFF/);
});

test("each text gets a face that is there, and runs of characters that it lacks another", () => {
  assert.equal(faceFor('"Source Serif", Georgia', "600", "normal").file, "source-serif-600.woff");
  assert.equal(faceFor("Arial", "400", "normal").file, "inter-400.woff");
  assert.equal(faceFor("Tinos", "400", "italic").file, "tinos-400-italic.woff");
  assert.equal(faceFor("KaTeX_Math, serif", "700", "italic").family, "KaTeX_Math");
  assert.equal(new Set(faces.map(({file}) => file)).size, faces.length);
  const latin = (letter: string) => letter < "\u0100";
  const greek = (letter: string) => letter >= "α" && letter <= "ω";
  assert.deepEqual(runsOf("a λλ b猫", [latin, greek]), [
    {text: "a ", face: 0},
    {text: "λλ ", face: 1},
    {text: "b", face: 0},
    {text: "猫", face: undefined}
  ]);
});

test("a PNG says its resolution and its words, and remains a PNG", () => {
  const png = encode({width: 2, height: 1, data: new Uint8Array([1, 2, 3, 4, 5, 6]), channels: 3, depth: 8});
  const tagged = addPngWords(png, {Title: "A – b"}, 300);
  const {resolution, data} = decode(tagged, {checkCrc: true});
  assert.deepEqual(resolution, {x: 11811, y: 11811, unit: 1});
  assert.deepEqual([...data], [1, 2, 3, 4, 5, 6]);
  assert.match(Buffer.from(tagged).toString(), /iTXtTitle\0{5}A – b/);
});

test("a film's steps include both ends and may go back", () => {
  assert.deepEqual(stepsOf(1, 4, 1), [1, 2, 3, 4]);
  assert.deepEqual(stepsOf(3, 1, 1), [3, 2, 1]);
  assert.deepEqual(stepsOf(0, 0.3, 0.1), [0, 0.1, 0.2, 0.3]);
  assert.deepEqual(stepsOf(5, 5, 1), [5]);
});
