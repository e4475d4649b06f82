/** A hub in small, and everything that goes wrong between it and us. */

import {createHash} from "node:crypto";
import {createServer, type IncomingMessage, type Server, type ServerResponse} from "node:http";
import type {AddressInfo} from "node:net";

export interface HubFile {
  body: Buffer;
  /** Large files lie elsewhere, and are named by SHA-256; small ones are sent at once, and named by git's id. */
  large?: boolean;
}

/** Decides about one request: true when it has been dealt with, so that the hub does not answer it. */
export type Trouble = (request: IncomingMessage, response: ServerResponse, count: number) => boolean;

export interface Hub {
  url: string;
  /** "METHOD path range" of every request, in order. */
  requests: string[];
  /** Authorization headers that each of the two servers saw. */
  tokens: {hub: (string | undefined)[]; storage: (string | undefined)[]};
  /** For requests of a file's bytes, wherever they lie; counted from 1. */
  onBytes?: Trouble;
  /** For any other request. */
  onAsk?: Trouble;
  close(): Promise<void>;
}

export const commit = "0123456789abcdef0123456789abcdef01234567";

export const sha256 = (body: Buffer): string => createHash("sha256").update(body).digest("hex");
export const gitId = (body: Buffer): string =>
  createHash("sha1").update(`blob ${body.length}\0`).update(body).digest("hex");

/** Serves one repository, `owner/name`, with the redirects and headers of the real hub. */
export async function startHub(files: Record<string, HubFile>, revisions = ["main", commit]): Promise<Hub> {
  let bytesAsked = 0;
  let asked = 0;
  const storage = await listen((request, response) => {
    hub.tokens.storage.push(request.headers.authorization);
    hub.requests.push(`${request.method} ${request.url} ${request.headers.range ?? ""}`.trim());
    if (hub.onBytes?.(request, response, ++bytesAsked)) return;
    sendBytes(files[decodeURIComponent((request.url ?? "").slice(1))].body, request, response);
  });
  const front = await listen((request, response) => {
    hub.tokens.hub.push(request.headers.authorization);
    hub.requests.push(`${request.method} ${request.url} ${request.headers.range ?? ""}`.trim());
    const [, repository, revision, path] = /^\/(owner\/name)\/resolve\/([^/]+)\/(.+)$/.exec(request.url ?? "") ?? [];
    const file = files[path];
    const bytes = request.method === "GET" && file && !file.large;
    if (bytes ? hub.onBytes?.(request, response, ++bytesAsked) : hub.onAsk?.(request, response, ++asked)) return;
    if (!repository) return refuse(response, 404, "RepoNotFound");
    if (!revisions.includes(decodeURIComponent(revision))) return refuse(response, 404, "RevisionNotFound");
    if (!file) return refuse(response, 404, "EntryNotFound");
    response.setHeader("x-repo-commit", commit);
    if (file.large) {
      response.writeHead(302, {
        location: `${storage.url}/${encodeURIComponent(path)}`,
        "x-linked-size": file.body.length,
        "x-linked-etag": `"${sha256(file.body)}"`
      });
      response.end();
      return;
    }
    response.setHeader("etag", `"${gitId(file.body)}"`);
    sendBytes(file.body, request, response);
  });
  const hub: Hub = {
    url: front.url,
    requests: [],
    tokens: {hub: [], storage: []},
    close: async () => {
      await Promise.all([front.close(), storage.close()]);
    }
  };
  return hub;
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, {"x-error-code": code});
  response.end(code);
}

/** Sends a file or a range of it. */
export function sendBytes(body: Buffer, request: IncomingMessage, response: ServerResponse): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (from >= body.length && from > 0) {
    response.writeHead(416, {"content-range": `bytes */${body.length}`});
    response.end();
    return;
  }
  const rest = body.subarray(from);
  response.setHeader("content-length", rest.length);
  if (from > 0) response.setHeader("content-range", `bytes ${from}-${body.length - 1}/${body.length}`);
  response.writeHead(from > 0 ? 206 : 200);
  response.end(request.method === "HEAD" ? undefined : rest);
}

/** A server on a free port of this machine. */
export async function listen(
  handler: (request: IncomingMessage, response: ServerResponse) => void
): Promise<{url: string; server: Server; close: () => Promise<void>}> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const {port} = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {url: `http://127.0.0.1:${port}`, server, close};
}
