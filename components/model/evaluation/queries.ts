import type {Dataset} from "./datasets.js";

/** Whose words stand for the classes: the list that most repositories share, or one that differs from it. */
export type Wording = "common" | "SFP" | "ClearCLIP" | "ProxyCLIP";

/** A class as an evaluation asks for it. */
export interface QueryClass {
  name: string;
  words: string[];
}

/** `data/labels/classes.json`: per data set the common list, and where others differ from it. */
export interface ClassLists {
  datasets: Record<string, Record<string, unknown>>;
}

const vocNames =
  "aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person pottedplant sheep sofa train tvmonitor".split(
    " "
  );

/**
 * The classes of a benchmark with the words that stand for them, in the order of their indices.
 *
 * @throws Error when the lists do not have the data set, or not as many classes as it has
 */
export function classQueries(
  {datasets}: ClassLists,
  {key, classes, name, background}: Dataset,
  wording: Wording = "common"
): QueryClass[] {
  const lists = datasets[key];
  const common = lists?.queries_SCLIP_NACLIP_SCCLIP_ResCLIP as string[][] | undefined;
  if (common?.length !== classes) throw new Error(`The class lists have no ${classes} classes for ${name}.`);
  const changes =
    wording === "common" ? {} : ((lists[`queries_${wording}_differs_at`] ?? {}) as Record<string, string[]>);
  const first = Number(background);
  return common.map((words, i) => {
    const voc = key === "V20" || key === "V21" ? vocNames[i - first] : undefined;
    return {name: background && i === 0 ? "background" : (voc ?? words[0]), words: changes[i] ?? words};
  });
}
