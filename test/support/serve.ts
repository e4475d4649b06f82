import {readFile, stat} from "node:fs/promises";
import {createServer} from "node:http";
import type {AddressInfo} from "node:net";
import {extname, join, normalize} from "node:path";

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webp": "image/webp"
};

/** What a file is, by its name. */
export const contentType = (file: string): string => types[extname(file)] ?? "application/octet-stream";

export interface Site {
  /** The address of the front page, with the base path and its last slash. */
  url: string;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** The path that the site is built for, such as "/sfp-explorer/". */
  base?: string;
  /** Extra answers by path below the base, for pages that exist in tests only. */
  extra?: Map<string, {body: string | Uint8Array; type: string}>;
  /** Sends the headers that give pages threads, as few static hosts do. */
  isolated?: boolean;
}

/** Serves a folder as a static host like GitHub Pages does: a base path, clean addresses, 404.html. */
export async function serve(
  folder: string,
  {base = "/", extra = new Map(), isolated = false}: ServeOptions = {}
): Promise<Site> {
  const isolation = isolated
    ? {"cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp"}
    : {};
  const server = createServer(async (request, response) => {
    const {pathname} = new URL(request.url ?? "/", "http://localhost");
    const send = (status: number, body: string | Uint8Array, type: string) =>
      response.writeHead(status, {"content-type": type, ...isolation}).end(body);
    if (!pathname.startsWith(base)) return send(404, "outside the base path", "text/plain");
    const below = decodeURIComponent(pathname.slice(base.length));
    const answer = extra.get(below);
    if (answer) return send(200, answer.body, answer.type);
    const path = join(folder, normalize(`/${below}`));
    for (const file of path.endsWith("/") ? [`${path}index.html`] : [path, `${path}.html`]) {
      const found = await stat(file).catch(() => undefined);
      if (found?.isFile()) {
        return send(200, await readFile(file), contentType(file));
      }
    }
    send(404, await readFile(join(folder, "404.html")).catch(() => "not found"), "text/html; charset=utf-8");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    close: () => new Promise((resolve) => server.close(() => resolve()))
  };
}
