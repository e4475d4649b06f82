/** Measurements that take many runs of the model: started and cancelled by the reader, who sees how far they are. */
import {h, setText} from "../../ui/dom.js";
import {reasonOf} from "../../ui/reason.js";

/** What a measurement uses while it runs. */
export interface MeasuringHands {
  say: (words: string) => void;
  cancelled: () => boolean;
}

/**
 * Inputs for one measurement.
 *
 * @param measure runs it; what it throws is said
 * @returns the inputs, and `offer`, which says whether there is anything left to measure
 */
export function measuring(
  label: string,
  measure: (hands: MeasuringHands) => Promise<void>
): {inputs: HTMLElement[]; offer: (possible: boolean) => void} {
  let [cancelled, possible, running] = [false, true, false];
  const status = h("span", {role: "status"});
  const say = (words: string) => setText(status, words);
  const run = async () => {
    [cancelled, running] = [false, true];
    show();
    try {
      await measure({say, cancelled: () => cancelled});
      say(cancelled ? "cancelled" : "");
    } catch (error) {
      say(reasonOf(error));
    }
    running = false;
    show();
  };
  const start = h("button", {type: "button", class: "causes-act", onclick: () => void run()}, label);
  const cancel = h(
    "button",
    {type: "button", class: "causes-act", hidden: true, onclick: () => (cancelled = true)},
    "Cancel"
  );
  const show = () => {
    start.hidden = running || !possible;
    cancel.hidden = !running;
  };
  return {
    inputs: [start, cancel, status],
    offer: (can) => {
      possible = can;
      show();
    }
  };
}
