/** What several methods make of the same windows: those of one engine share its passes. */
import type {GivenOptions} from "../../analysis/options.js";
import type {Engine} from "../runtime.js";
import {ownScores, scoreOptions, type OwnScores} from "./own-scores.js";
import type {WindowFeatures} from "./scores.js";
import type {FeatureProvider} from "./segment.js";

/** A method on the engine that runs it. */
export interface MethodRun {
  engine: Engine;
  method: string;
  options?: GivenOptions;
  /** Options of the method's own scores, where it has some. */
  scoring?: GivenOptions;
}

/** Features of all methods, in their order. */
export type Together = (...seen: Parameters<FeatureProvider>) => Promise<WindowFeatures[]>;

/**
 * Features, or scores of their own, of several methods for the same windows.
 *
 * @param split divides the methods of one engine into those of one pass; all are one unless given
 */
export function featuresTogether<R extends MethodRun>(
  runs: readonly R[],
  words: Pick<OwnScores, "text" | "classes">,
  split: (runs: readonly R[]) => (readonly R[])[] = (all) => [all]
): Together {
  const scored = ({method}: R): boolean => Object.hasOwn(scoreOptions, method);
  const engines = [...new Set(runs.map(({engine}) => engine))];
  const passes = engines.flatMap((engine) => {
    const own = runs.filter((run) => run.engine === engine && !scored(run));
    return own.length ? split(own).map((members) => ({engine, members})) : [];
  });
  const alone = runs.filter(scored).map((run) => {
    const {engine, method, options = {}, scoring = {}} = run;
    return {run, see: ownScores(engine, method, {options, scoring, ...words})!};
  });
  return async (windows, whole, image, watch) => {
    const found = new Map<R, WindowFeatures>();
    for (const {engine, members} of passes) {
      const requests = members.map(({method, options}) => ({method, options}));
      for (const [i, features] of (await engine.features(requests, windows)).entries()) found.set(members[i], features);
    }
    for (const {run, see} of alone) found.set(run, await see(windows, whole, image, watch));
    return runs.map((run) => found.get(run)!);
  };
}
