import type {HubProgress} from "./get.js";
import {megabytes} from "./transfer.js";

/**
 * Shows progress to a person: a bar that redraws itself on a terminal, else a line now and then.
 *
 * @returns what to give as `onProgress`, and `end` to leave the bar's line
 */
export function progressReport(
  stream: NodeJS.WritableStream & {isTTY?: boolean; columns?: number},
  now = () => performance.now()
): {onProgress: (progress: HubProgress) => void; end: () => void} {
  const terminal = stream.isTTY === true;
  const pause = terminal ? 100 : 10_000;
  let last = -Infinity;
  let drawn = false;
  return {
    onProgress(progress) {
      const done = progress.received >= progress.total;
      if (now() - last < pause && !(done && terminal)) return;
      last = now();
      if (terminal) stream.write(`\r${bar(progress)}${line(progress)}\u001b[K`);
      else stream.write(`${line(progress)}\n`);
      drawn = terminal;
    },
    end() {
      if (drawn) stream.write("\n");
      drawn = false;
    }
  };
}

function line({file, received, total, rate, remaining}: HubProgress): string {
  const percent = Math.floor((100 * received) / total);
  const speed = rate === undefined ? "" : `, ${megabytes(rate)}/s`;
  const time = remaining === undefined || received >= total ? "" : `, ${duration(remaining)} left`;
  return `${percent} % of ${megabytes(total)}${speed}${time} (${file})`;
}

function bar({received, total}: HubProgress): string {
  const width = 24;
  const filled = Math.round((width * received) / total);
  return `${"█".repeat(filled)}${"░".repeat(width - filled)} `;
}

/** "45 s", "3 min", "1 h 20 min": no more exact than an estimate is. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
