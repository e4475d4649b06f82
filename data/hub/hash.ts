import {createHash, type Hash} from "node:crypto";
import {createReadStream} from "node:fs";
import {stat} from "node:fs/promises";

/** The SHA-256 of a file, in hex. */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  return digest(path, createHash("sha256"), signal);
}

/** The SHA-1 of a file, in hex. */
export async function sha1OfFile(path: string, signal?: AbortSignal): Promise<string> {
  return digest(path, createHash("sha1"), signal);
}

/** What git calls a file's content, which is how the hub states the small ones: SHA-1 over a header and the bytes. */
export async function gitIdOfFile(path: string, signal?: AbortSignal): Promise<string> {
  const {size} = await stat(path);
  return digest(path, createHash("sha1").update(`blob ${size}\0`), signal);
}

async function digest(path: string, hash: Hash, signal?: AbortSignal): Promise<string> {
  for await (const chunk of createReadStream(path, {highWaterMark: 1 << 20, signal})) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
