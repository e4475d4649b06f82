// A tiny model in parts, and a host that serves them as badly as a test wants.
import assert from "node:assert/strict";
import {createHash} from "node:crypto";
import type {IncomingMessage, ServerResponse} from "node:http";
import type {TestContext} from "node:test";
import {partName, type ModelEntry} from "../../components/live/catalog.js";
import {downloadModel, type DownloadOptions, type DownloadProgress} from "../../components/live/worker/download.js";
import {listen, sendBytes} from "./hub-server.js";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

export const length = 100_000;
export const weights = Buffer.from(Uint8Array.from({length: 350_000}, (_, i) => (i * 2654435761) >>> 24));
export const parts = Array.from({length: 4}, (_, i) => weights.subarray(i * length, (i + 1) * length));
export const entry: ModelEntry = {
  id: "tiny",
  title: "tiny",
  bytes: weights.length,
  hash: sha256(weights),
  partBytes: length,
  parts: parts.map(sha256)
};
/** What the storage calls it. */
export const stored = `tiny-${entry.hash.slice(0, 16)}`;

/** Deals with a request for a part, counted from 1: true when it has been answered. */
export type Trouble = (part: number, request: IncomingMessage, response: ServerResponse) => boolean;

const real = globalThis.fetch;

/** A site with the parts; the data addresses of modules that lie on the disk lead to it. */
export async function site(t: TestContext): Promise<{requests: string[]; trouble?: Trouble}> {
  const host: {requests: string[]; trouble?: Trouble} = {requests: []};
  const {url, close} = await listen((request, response) => {
    const asked = request.url!.slice(1);
    host.requests.push(`${asked} ${request.headers.range ?? ""}`.trim());
    const part = parts.findIndex((_, i) => partName(entry, i) === asked);
    if (!host.trouble?.(part + 1, request, response)) sendBytes(parts[part], request, response);
  });
  globalThis.fetch = (address, options) => real(String(address).replace(/^file:.*\/data\/models\/tiny/, url), options);
  t.after(async () => {
    globalThis.fetch = real;
    await close();
  });
  return host;
}

/** Downloads and checks what came; what the page was told, in words. */
export async function download(
  model = entry,
  options: DownloadOptions = {}
): Promise<{steps: DownloadProgress[]; notes: string[]}> {
  const steps: DownloadProgress[] = [];
  const notes: string[] = [];
  const bytes = await downloadModel(model, {
    ...options,
    onProgress: (step) => steps.push(step),
    onNote: (note) => notes.push(note)
  });
  assert.ok(Buffer.from(bytes.buffer).equals(weights));
  return {steps, notes};
}

/** The file of a part, counted from 1. */
export const name = (part: number) => `weights-${part}.bin`;
