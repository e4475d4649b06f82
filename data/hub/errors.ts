/** What can go wrong with models and downloads, so that callers need not read messages. */
export type HubErrorCode =
  | "unknown-model"
  | "not-here"
  | "offline"
  | "not-found"
  | "denied"
  | "busy"
  | "stalled"
  | "truncated"
  | "damaged"
  | "changed"
  | "disk-full"
  | "in-use"
  | "failed";

/** An error whose message says what to do. */
export class HubError extends Error {
  constructor(
    readonly code: HubErrorCode,
    message: string,
    options?: {cause?: unknown}
  ) {
    super(message, options);
    this.name = "HubError";
  }
}

/** An error that may pass when one tries again. */
export class PassingError extends HubError {
  constructor(
    code: HubErrorCode,
    message: string,
    /** Seconds that the server asks to wait. */
    readonly retryAfter?: number,
    options?: {cause?: unknown}
  ) {
    super(code, message, options);
  }
}

/** The code of a system error, such as ENOSPC, wherever it is wrapped. */
export function systemCode(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string" && /^E[A-Z_]+$/.test(at.code)) return at.code;
    // Node tries IPv6 and IPv4 and reports both failures as one.
    if (at instanceof AggregateError && at.errors.length) return systemCode(at.errors[0]);
  }
  return undefined;
}
