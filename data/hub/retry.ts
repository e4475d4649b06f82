import {setTimeout as sleep} from "node:timers/promises";
import {PassingError} from "./errors.js";

export interface RetryOptions {
  signal?: AbortSignal;
  /** Failures in a row, with nothing gained between them, after which to give up. */
  attempts?: number;
  /** The same for a server that cannot be reached at all. */
  offlineAttempts?: number;
  /** Milliseconds to wait after the first failure; doubled after each further one. */
  pause?: number;
  /** Told before each wait. */
  onRetry?: (error: PassingError, seconds: number) => void;
}

/** A server that asks for a longer wait than this (in seconds) is not waited for. */
const longestWait = 120;

/**
 * Does something until it succeeds, waiting longer after each failure that may pass.
 *
 * @param work does it; `gained` tells whether the last attempt got further, which starts the count anew
 */
export async function retrying<T>(
  work: () => Promise<T>,
  {signal, attempts = 6, offlineAttempts = attempts, pause = 1000, onRetry}: RetryOptions = {},
  gained: () => boolean = () => false
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof PassingError)) throw error;
      if (gained()) failures = 1;
      const asked = error.retryAfter ?? 0;
      const limit = error.code === "offline" ? offlineAttempts : attempts;
      if (failures >= limit || asked > longestWait) throw error;
      const seconds = Math.max(asked, Math.min(30, (pause / 1000) * 2 ** (failures - 1)));
      onRetry?.(error, seconds);
      await sleep(seconds * 1000, undefined, {signal});
    }
  }
}
