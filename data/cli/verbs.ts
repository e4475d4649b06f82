import type {Verb} from "./options.js";

/** The verbs of the command line. A new one is a file in this folder and a line here. */
export const verbs: Record<string, () => Promise<Verb>> = {
  models: () => import("./models.js"),
  features: () => import("./features.js"),
  outliers: () => import("./outliers.js"),
  neurons: () => import("./neurons.js"),
  segment: () => import("./segment.js"),
  analyze: () => import("./analyze.js"),
  evaluate: () => import("./evaluate.js"),
  import: () => import("./import.js"),
  causes: () => import("./causes.js"),
  corpus: () => import("./corpus.js"),
  report: () => import("./report.js"),
  snapshots: () => import("./snapshots.js"),
  "shrink-loss": () => import("./shrink-loss.js"),
  export: () => import("./export.js"),
  bench: () => import("./bench.js")
};
