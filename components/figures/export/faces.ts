/** The typefaces of exported drawings, each with its files: a drawing takes them along. */
export type FontStyle = "normal" | "italic";

/** One file of a typeface. */
export interface Face {
  family: string;
  weight: 400 | 700;
  style: FontStyle;
  /** Below `data/fonts/`. */
  file: string;
}

/** The families to choose from; the first is the site's own. `stack` is how styles name it. */
export const typefaces = {
  inter: {label: "Inter (sans serif)", name: "Inter", faces: ["inter-400", "inter-600", "inter-400-italic"]},
  "source-serif": {
    label: "Source Serif",
    name: "Source Serif",
    faces: ["source-serif-400", "source-serif-600", "source-serif-400-italic"]
  },
  tinos: {label: "Tinos (as wide as Times)", name: "Tinos", faces: ["tinos-400", "tinos-700", "tinos-400-italic"]},
  // Greek letters and signs of mathematics, which the others lack.
  katex: {label: "", name: "KaTeX_Main", faces: ["katex-400", "katex-700", "katex-400-italic"]},
  formulas: {label: "", name: "KaTeX_Math", faces: ["formulas-400-italic"]},
  large: {label: "", name: "KaTeX_Size2", faces: ["large-400"]}
} as const;

export type FamilyId = keyof typeof typefaces;

/** The families that a reader chooses from. */
export const chosenFamilies = ["inter", "source-serif", "tinos"] as const satisfies readonly FamilyId[];

/** All faces of all families. */
export const faces: readonly Face[] = Object.values(typefaces).flatMap(({name, faces: files}) =>
  files.map((file) => ({
    family: name,
    weight: /-(600|700)/.test(file) ? 700 : 400,
    style: file.endsWith("italic") ? "italic" : "normal",
    file: `${file}.woff`
  }))
);

/** The face for a text: the family that its style names first and that is here, else the site's own. */
export function faceFor(family: string, weight: string, style: string): Face {
  const wanted = family.split(",").map((name) => name.trim().replace(/["']/g, ""));
  const known = wanted.find((name) => faces.some((face) => face.family === name)) ?? typefaces.inter.name;
  const bold = Number(weight) > 500 || weight === "bold" ? 700 : 400;
  const slanted = style.startsWith("italic") || style.startsWith("oblique");
  const of = faces.filter((face) => face.family === known);
  return (
    of.find((face) => face.weight === bold && face.style === (slanted ? "italic" : "normal")) ??
    of.find((face) => face.weight === bold && face.style === "normal") ??
    of[0]
  );
}

/** The face for a text, then those that stand in for characters that it lacks: signs of mathematics, Greek letters. */
export function facesFor(family: string, weight: string, style: string): Face[] {
  return [family, "KaTeX_Main", "KaTeX_Math"].map((name) => faceFor(name, weight, style));
}
