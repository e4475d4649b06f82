import type {News} from "../protocol.js";

/** What a call may use while it runs. */
export interface Turn {
  signal: AbortSignal;
  tell(news: News): void;
}
