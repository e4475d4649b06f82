/**
 * HTTP as downloads need it: proxies from the environment, redirects that one can look at, and a body
 * that is read as it comes. (Node's `fetch` knows no proxies before version 24.)
 */

import http from "node:http";
import https from "node:https";
import type {Socket} from "node:net";
import tls from "node:tls";
import {HubError, PassingError, systemCode} from "./errors.js";

export interface Exchange {
  url: URL;
  status: number;
  headers: http.IncomingHttpHeaders;
  body: http.IncomingMessage;
}

export interface RequestOptions {
  method?: "GET" | "HEAD";
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Milliseconds without any sign from the server after which it counts as stalled. */
  stallAfter?: number;
  environment?: NodeJS.ProcessEnv;
}

/** One request and its answer, without following redirects. */
export async function exchange(url: URL, options: RequestOptions = {}): Promise<Exchange> {
  try {
    const body = await send(url, options);
    return {url, status: body.statusCode ?? 0, headers: body.headers, body};
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof PassingError) throw error;
    throw new PassingError("offline", `cannot reach ${url.origin} (${systemCode(error) ?? String(error)})`, undefined, {
      cause: error
    });
  }
}

/** Follows redirects, relative ones too. What is meant for the first server alone is not sent to another. */
export async function followRedirects(
  url: URL,
  options: RequestOptions = {},
  stop: (answer: Exchange) => boolean = () => false
): Promise<Exchange> {
  for (let hops = 0; hops < 10; hops++) {
    const answer = await exchange(url, options);
    const location = answer.headers.location;
    if (!isRedirect(answer.status) || location === undefined || stop(answer)) return answer;
    answer.body.resume();
    const next = new URL(location, url);
    if (url.protocol === "https:" && next.protocol !== "https:")
      throw new HubError("failed", `${url.origin} redirects to ${next.origin}, which is not encrypted`);
    if (next.origin !== url.origin) {
      const {Authorization: _, ...headers} = options.headers ?? {};
      options = {...options, headers};
    }
    url = next;
  }
  throw new HubError("failed", `${url.origin} redirects in circles`);
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function send(url: URL, {method = "GET", headers, signal, stallAfter = 30_000, environment}: RequestOptions) {
  const proxy = proxyFor(url, environment);
  const encrypted = url.protocol === "https:";
  return new Promise<http.IncomingMessage>((resolve, reject) => {
    const start = (extra: https.RequestOptions, target: URL | undefined): void => {
      const options = {method, headers: {...headers, ...extra.headers}, signal, timeout: stallAfter};
      // An agent would make a connection of its own, where the tunnel's is to be used.
      const all: https.RequestOptions = {...extra, ...options, ...(!extra.createConnection && {agent: false})};
      const client = encrypted ? https : http;
      const request = target ? client.request(target, all) : http.request(all);
      request.on("error", reject).on("response", (body) => {
        // From here on, whoever reads the body watches it.
        request.setTimeout(0);
        resolve(body);
      });
      request.on("timeout", () =>
        request.destroy(new PassingError("stalled", `${url.origin} has not answered for ${stallAfter / 1000} s`))
      );
      request.end();
    };
    if (!proxy) start({}, url);
    else if (!encrypted)
      // A proxy that speaks plain HTTP is given the whole address.
      start({...address(proxy), path: url.href, headers: {host: url.host, ...credentials(proxy)}}, undefined);
    else
      tunnel(proxy, url, stallAfter, signal).then(
        (socket) => start({createConnection: () => tls.connect({socket, servername: url.hostname})}, url),
        reject
      );
  });
}

/** A connection through a proxy, over which the encrypted one is then made. */
function tunnel(proxy: URL, url: URL, stallAfter: number, signal?: AbortSignal): Promise<Socket> {
  const target = `${url.hostname}:${url.port || 443}`;
  const client = proxy.protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    const headers = {host: target, ...credentials(proxy)};
    const request = client.request({
      ...address(proxy),
      method: "CONNECT",
      path: target,
      headers,
      signal,
      timeout: stallAfter
    });
    request.on("connect", (answer, socket) => {
      if (answer.statusCode === 200) return resolve(socket as Socket);
      socket.destroy();
      reject(new PassingError("offline", `the proxy ${proxy.host} refuses ${target} (status ${answer.statusCode})`));
    });
    request.on("timeout", () =>
      request.destroy(
        new PassingError("stalled", `the proxy ${proxy.host} has not answered for ${stallAfter / 1000} s`)
      )
    );
    request.on("error", (cause) =>
      reject(
        cause instanceof PassingError
          ? cause
          : new PassingError("offline", `cannot reach the proxy ${proxy.host} (${systemCode(cause)})`, undefined, {
              cause
            })
      )
    );
    request.end();
  });
}

function address(proxy: URL): {host: string; port: number} {
  return {host: proxy.hostname, port: Number(proxy.port) || (proxy.protocol === "https:" ? 443 : 80)};
}

function credentials({username, password}: URL): Record<string, string> {
  if (!username) return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {"proxy-authorization": `Basic ${Buffer.from(pair).toString("base64")}`};
}

/** The proxy that the environment names for an address: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, not in `NO_PROXY`. */
export function proxyFor(url: URL, environment: NodeJS.ProcessEnv = process.env): URL | undefined {
  const named = (name: string): string => environment[name.toLowerCase()] || environment[name] || "";
  const proxy = named(url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY") || named("ALL_PROXY");
  if (!proxy || excepted(url, named("NO_PROXY"))) return undefined;
  return new URL(proxy.includes("://") ? proxy : `http://${proxy}`);
}

function excepted(url: URL, list: string): boolean {
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return list
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === "*") return true;
      const [, name, only] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
      return (!only || only === port) && (url.hostname === name || url.hostname.endsWith(`.${name}`));
    });
}
