import {NotInImport} from "../../records/absent.js";
import type {Answer} from "../../site/cache.js";
import type {Feed, FeedState, View} from "../../site/feed.js";
import type {Pointing} from "../../site/selection.js";
import type {Drawing} from "../../ui/drawing.js";
import type {FigureOptions} from "./figure.js";
import {drawnBy} from "./redraw.js";
import {reasonOf} from "../../ui/reason.js";
import {whenQuiet} from "../../ui/quiet.js";
import {followSight} from "../../ui/whenSeen.js";

/**
 * Ties a figure to a feed: `draw` repaints it for a view, `point` for what the pointer is on; while
 * there is no view, its frame says why. A figure that is out of sight waits until it comes near, so that a page fetches
 * and a slider's move costs what the reader sees and no more; it is drawn first when the page is quiet.
 */
export function follow(
  feed: Feed,
  frame: Drawing<FigureOptions>,
  draw: (view: View) => void,
  point?: (pointing: Pointing, view: View) => void
): void {
  let inSight = false;
  let quiet = false;
  let shown: FeedState | undefined;
  let everDrawn = false;
  const show = (state: FeedState) => {
    if (shown === state) return;
    shown = state;
    if ("view" in state) {
      everDrawn = true;
      frame.update({waiting: "", failure: "", prefix: state.view.record.prefix});
      drawOrSay(frame, () => draw(state.view));
    } else if ("waiting" in state) frame.update({waiting: state.waiting, failure: ""});
    else frame.update({failure: state.failure});
  };
  feed.subscribe((state) => {
    // What is drawn first may as well be there when the reader arrives.
    if (inSight || (quiet && !everDrawn) || !("view" in state)) show(state);
  });
  whenQuiet(() => {
    quiet = true;
    if (!everDrawn) show(feed.state);
  });
  drawnBy(feed, frame, () => {
    // Out of sight it is drawn when it comes back.
    shown = undefined;
    if (inSight) show(feed.state);
  });
  if (point) feed.subscribePointing((pointing, view) => inSight && drawOrSay(frame, () => point(pointing, view)));
  followSight(frame, (now) => {
    inSight = now;
    if (!inSight) return;
    const {state, store} = feed;
    show(state);
    if (point && "view" in state) drawOrSay(frame, () => point(store.pointing, state.view));
  });
  addEventListener("beforeprint", () => show(feed.state));
}

/** Draws; where an import lacks what the drawing needs, the figure says so in its place. */
export function drawOrSay(frame: Drawing<FigureOptions>, draw: () => void): void {
  try {
    draw();
  } catch (error) {
    if (!(error instanceof NotInImport)) throw error;
    frame.update({failure: error.message, data: null});
  }
}

/** A figure that needs more than the record: what it asks for, and what it does with the answer. */
export interface Asking<T> {
  /** What is shown in place of the drawing until the first answer. */
  waiting: string;
  /** What the view needs. It may throw, reject, or be there at once. */
  ask(view: View): Answer<T>;
  draw(view: View, answer: T): void;
  /** Draws what needs no answer while one is awaited; false where it has nothing to draw. */
  meanwhile?: (view: View) => boolean;
  /** What the frame says of a failure; empty where what is drawn stays. */
  failed?: (reason: string, view: View, thrown: unknown) => string;
  point?: (pointing: Pointing, view: View) => void;
}

/**
 * Follows a feed with what is asked for each view. An answer that comes after the next view is dropped, here and nowhere
 * else; one that is there at once is drawn within the frame.
 */
export function followAnswers<T>(
  feed: Feed,
  frame: Drawing<FigureOptions>,
  {waiting, ask, draw, meanwhile, failed, point}: Asking<T>
): void {
  let turn = 0;
  let drawn = false;
  follow(
    feed,
    frame,
    (view) => {
      const mine = (turn += 1);
      const use = (answer: T) => {
        drawn = true;
        frame.update({waiting: "", failure: ""});
        draw(view, answer);
      };
      const refuse = (thrown: unknown) => {
        const reason = reasonOf(thrown);
        frame.update({waiting: "", failure: failed ? failed(reason, view, thrown) : reason});
      };
      let answer: Answer<T>;
      try {
        answer = ask(view);
      } catch (thrown) {
        return refuse(thrown);
      }
      if (!(answer instanceof Promise)) return use(answer);
      if (!meanwhile?.(view) && !drawn) frame.update({waiting});
      answer.then(
        (value) => mine === turn && use(value),
        (thrown: unknown) => mine === turn && refuse(thrown)
      );
    },
    point
  );
}
