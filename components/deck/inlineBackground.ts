/** The page's background tasks, run in the page itself: a file opened from disk starts no worker. */
import type {Tasks} from "../site/background.worker.js";
import {tasks} from "../site/background.worker.js";

/** Runs a task, after the frame that asked for it. */
export async function inBackground<N extends keyof Tasks>(
  name: N,
  asked: Parameters<Tasks[N]>[0]
): Promise<ReturnType<Tasks[N]>> {
  await new Promise((resolve) => setTimeout(resolve));
  return (tasks[name] as (value: typeof asked) => ReturnType<Tasks[N]>)(asked);
}
