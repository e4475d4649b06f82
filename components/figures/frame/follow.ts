import type {AttentionMap, RecordSource, Trunk} from "../../records/record.js";
import type {Feed, FeedState, View} from "../../site/feed.js";
import type {Pointing} from "../../site/selection.js";
import type {Drawing} from "../../ui/drawing.js";
import type {FigureOptions} from "./figure.js";
import type {HeadChoice} from "../../charts/reading.js";
import {greatest} from "../../charts/reading.js";
import {followSight} from "../../ui/whenSeen.js";

/**
 * Ties a figure to a feed: `draw` repaints it for a view, `point` for what the pointer is on; while
 * there is no view, its frame says why. A figure that is scrolled out of sight waits until it comes
 * near again, so that a slider's move costs what the reader sees and no more.
 */
export function follow(
  feed: Feed,
  frame: Drawing<FigureOptions>,
  draw: (view: View) => void,
  point?: (pointing: Pointing, view: View) => void
): void {
  let inSight = true;
  let shown: FeedState | undefined;
  const show = (state: FeedState) => {
    if (shown === state) return;
    shown = state;
    if ("view" in state) {
      frame.update({waiting: "", failure: ""});
      draw(state.view);
    } else if ("waiting" in state) frame.update({waiting: state.waiting, failure: ""});
    else frame.update({failure: state.failure});
  };
  feed.subscribe((state) => {
    // What is drawn first may as well be there when the reader arrives.
    const first = shown === undefined || !("view" in shown);
    if (inSight || first) show(state);
  });
  if (point) feed.subscribePointing((pointing, view) => inSight && point(pointing, view));
  followSight(frame, (now) => {
    inSight = now;
    if (!inSight) return;
    const {state, store} = feed;
    show(state);
    if ("view" in state) point?.(store.pointing, state.view);
  });
  addEventListener("beforeprint", () => show(feed.state));
}

/** How many maps are kept a source: a slider that goes back and forth asks for the same few again. */
const kept = 24;

const known = new WeakMap<RecordSource, Map<string, AttentionMap>>();

/**
 * Hands the attention of a layer (0-based), joined over heads, to `use`: at once when it was asked
 * for before, so that the drawing is there within the frame, and otherwise when it has come. A map
 * that comes after another was asked for is for the caller to ignore.
 */
export function withAttention(
  source: RecordSource,
  choice: {trunk: Trunk; layer: number; head: HeadChoice},
  use: (map: AttentionMap) => void,
  failed: (error: unknown) => void = () => {}
): void {
  const {trunk, layer, head} = choice;
  const key = `${trunk} ${layer} ${head}`;
  const maps = known.get(source) ?? new Map<string, AttentionMap>();
  known.set(source, maps);
  const map = maps.get(key);
  if (map) return use(map);
  joined(source, trunk, layer, head).then((value) => {
    if (maps.size >= kept) maps.delete(maps.keys().next().value!);
    maps.set(key, value);
    use(value);
  }, failed);
}

async function joined(source: RecordSource, trunk: Trunk, layer: number, head: HeadChoice): Promise<AttentionMap> {
  if (head === "mean") return source.attention(trunk, layer);
  const heads = await source.headAttention(trunk, layer);
  return head === "max" ? greatest(heads) : heads[head - 1];
}
