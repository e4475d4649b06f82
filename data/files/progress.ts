/** Progress for people: one line that changes on a terminal, a line now and then elsewhere. */
export interface Progress {
  /** @param note said after the counts, such as a score so far */
  update(done: number, note?: string): void;
  end(): void;
}

/** Without a terminal, a line this often (ms). */
const quiet = 30_000;

/**
 * @param total how many steps there are
 * @param from how many of them were done before; remaining time counts only what was done since
 */
export function progress(stream: NodeJS.WritableStream, what: string, total: number, from = 0): Progress {
  const terminal = (stream as NodeJS.WriteStream).isTTY;
  const began = performance.now();
  let told = began;
  return {
    update(done, note = "") {
      const now = performance.now();
      if (now - told < (terminal ? 100 : quiet) && !(terminal && done === total)) return;
      told = now;
      const left = ((now - began) / Math.max(done - from, 1)) * (total - done);
      const line = `${done} of ${total} ${what}${note && `, ${note}`}, ${duration(left)} left`;
      stream.write(terminal ? `\r\x1b[K${bar(done / total)} ${line}` : `${line}\n`);
    },
    end() {
      if (terminal) stream.write("\r\x1b[K");
    }
  };
}

function bar(share: number): string {
  const filled = Math.round(share * 24);
  return "█".repeat(filled) + "░".repeat(24 - filled);
}

/** A time for people: "45 s", "12 min", "3 h 20 min". */
export function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (ms < 100_000) return `${Math.round(ms / 1000)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
