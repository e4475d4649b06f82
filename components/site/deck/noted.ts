/** Which numbers figures asked for, of those that were computed in this browser. */
import type {RecordSource} from "../../records/record.js";

/** What figures asked of a source, so that a deck takes along that and no more. */
export interface NotedRequests {
  stages: Set<string>;
  heads: Set<number>;
  repairs: boolean;
}

const asked = new WeakMap<RecordSource, NotedRequests>();

/** A source that notes what figures ask of it. */
export function noted(source: RecordSource): RecordSource {
  const notes: NotedRequests = {stages: new Set(), heads: new Set(), repairs: false};
  const noting: RecordSource = {
    record: source.record,
    attention: (trunk, layer) => source.attention(trunk, layer),
    headAttention: (trunk, layer) => {
      if (trunk === "plain") notes.heads.add(layer);
      return source.headAttention(trunk, layer);
    },
    features: (stage) => {
      notes.stages.add(stage);
      return source.features(stage);
    },
    repairs: () => {
      notes.repairs = true;
      return source.repairs();
    }
  };
  asked.set(noting, notes);
  return noting;
}

/** What was asked of a noted source; undefined for any other. */
export function askedOf(source: RecordSource): NotedRequests | undefined {
  return asked.get(source);
}
