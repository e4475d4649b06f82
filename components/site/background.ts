/** Asks the worker of `background.worker.ts`; it starts with the first question. */
import type {Tasks} from "./background.worker.js";

interface PendingTask {
  resolve(answer: never): void;
  reject(error: Error): void;
}

let worker: Worker | undefined;
let last = 0;
const waiting = new Map<number, PendingTask>();

/**
 * Runs a task off the main thread. Questions are answered in order.
 *
 * @throws Error that the task threw, or that says why the worker could not start
 */
export function inBackground<N extends keyof Tasks>(
  name: N,
  asked: Parameters<Tasks[N]>[0]
): Promise<ReturnType<Tasks[N]>> {
  worker ??= start();
  const id = (last += 1);
  return new Promise((resolve, reject) => {
    waiting.set(id, {resolve, reject});
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
    worker!.postMessage({id, name, asked});
  });
}

function start(): Worker {
  const started = new Worker(import.meta.resolve("./background.worker.js"), {type: "module"});
  started.addEventListener("message", ({data: {id, answer, error}}: MessageEvent) => {
    const asker = waiting.get(id as number);
    waiting.delete(id as number);
    if (error === undefined) asker?.resolve(answer as never);
    else asker?.reject(new Error(String(error)));
  });
  started.addEventListener("error", ({message}) => {
    const reason = new Error(`The page's worker could not run${message ? `: ${message}` : "."} Reload the page.`);
    for (const {reject} of waiting.values()) reject(reason);
    waiting.clear();
    worker = undefined;
  });
  return started;
}
