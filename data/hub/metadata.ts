/** What the hub says about a file before it is fetched. */

import type {IncomingHttpHeaders} from "node:http";
import {HubError, PassingError} from "./errors.js";
import {type Exchange, followRedirects, type RequestOptions} from "./http.js";

/** The hub's public address; `HF_ENDPOINT` names a mirror. */
export const publicHub = "https://huggingface.co";

/** A file in a repository. */
export interface RemoteFile {
  endpoint: string;
  repository: string;
  revision: string;
  path: string;
}

export interface RemoteMetadata {
  /** The commit that the revision stands for now. */
  commit?: string;
  size: number;
  /** SHA-256 of a large file, or git's id (SHA-1) of a small one, by which the hub names its content. */
  content: {kind: "sha256" | "git"; hex: string};
}

/** Where a file is fetched from. The hub answers with a redirect to where its bytes lie. */
export function resolveUrl({endpoint, repository, revision, path}: RemoteFile): URL {
  return new URL(`${endpoint.replace(/\/+$/, "")}/${repository}/resolve/${encodeURIComponent(revision)}/${path}`);
}

/** The headers of every request; a token, for models that ask for one, goes to the hub alone. */
export function hubHeaders(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const token = environment.HF_TOKEN;
  return {
    "user-agent": "sfp-explorer",
    // A compressed answer would hide the length, and its ETag would name something else.
    "accept-encoding": "identity",
    ...(token && {Authorization: `Bearer ${token}`})
  };
}

/**
 * Asks for a file's size and hash. They stand in the hub's own answer, not in that of the server that it
 * redirects to; redirects of the hub to itself (a renamed repository) are followed.
 */
export async function remoteMetadata(file: RemoteFile, options: RequestOptions = {}): Promise<RemoteMetadata> {
  let commit: string | undefined;
  const answer = await followRedirects(resolveUrl(file), {...options, method: "HEAD"}, ({headers}) => {
    commit ??= one(headers, "x-repo-commit");
    return headers["x-linked-etag"] !== undefined;
  });
  answer.body.resume();
  if (answer.status >= 400) throw refusal(file, answer);
  const size = Number(answer.headers["x-linked-size"] ?? answer.headers["content-length"]);
  const stated = content(answer.headers);
  // The login page of a network answers 200 too, and would be taken for the file.
  if (!Number.isSafeInteger(size) || size <= 0 || !stated)
    throw new HubError(
      "failed",
      `${file.endpoint} does not state the size and hash of ${file.path}: it is no Hugging Face hub, or something between answers instead`
    );
  return {commit: commit ?? one(answer.headers, "x-repo-commit"), size, content: stated};
}

function content(headers: IncomingHttpHeaders): RemoteMetadata["content"] | undefined {
  const hex = (one(headers, "x-linked-etag") ?? headers.etag ?? "").replace(/^W\/|"/g, "").toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hex)) return {kind: "sha256", hex};
  return /^[0-9a-f]{40}$/.test(hex) ? {kind: "git", hex} : undefined;
}

function one(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** What an answer of 400 or more means, and what can be done about it. */
export function refusal({endpoint, repository, revision, path}: RemoteFile, {status, headers}: Exchange): HubError {
  const reason = one(headers, "x-error-code");
  const wait = retryAfter(headers);
  if (status === 404 && reason === "RevisionNotFound")
    return new HubError("not-found", `${repository} has no revision "${revision}"`);
  if (status === 404 && reason === "EntryNotFound")
    return new HubError("not-found", `${repository} has no ${path} at revision "${revision}"`);
  if (status === 404) return new HubError("not-found", `${endpoint} has no ${repository}/${path} (404)`);
  if (status === 401 || status === 403)
    return new HubError(
      "denied",
      `${endpoint} refuses ${repository} (${status}): it is gated, private or does not exist. With access to it, ` +
        `put a token (${publicHub}/settings/tokens) into HF_TOKEN.`
    );
  if (status === 429)
    return new PassingError("busy", `${endpoint} limits requests (429): try again later, or set HF_TOKEN`, wait);
  if (status >= 500) return new PassingError("busy", `${endpoint} is out of order (${status}): try again later`, wait);
  return new HubError("failed", `${endpoint} answers ${status} for ${repository}/${path}`);
}

/** Seconds that `Retry-After` asks for, as a number or as a date. */
export function retryAfter(headers: IncomingHttpHeaders, now = Date.now()): number | undefined {
  const value = headers["retry-after"];
  if (value === undefined) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
