/** Static hosts as there are, by what they make of an address: the site has to work on each. */
import {spawn, spawnSync} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from "node:fs";
import {createServer} from "node:http";
import type {AddressInfo} from "node:net";
import {tmpdir} from "node:os";
import {gzipSync} from "node:zlib";
import {join, resolve} from "node:path";
import {contentType, type Site} from "./serve.js";

/** How a host finds the file of an address; undefined where it has none. */
type Lookup = (path: string) => string | {moved: string} | undefined;

/** Emulated hosts: which of a folder's files an address below the base leads to. */
export const lookups: Record<string, (isFile: (path: string) => boolean) => Lookup> = {
  /** An S3 bucket: keys, and nothing else; even the folder itself is none. */
  "exact keys only": (isFile) => (path) => (isFile(path) ? path : undefined),
  /** nginx as it comes, Python's server: keys, and a folder's index. */
  "no try_files": (isFile) => (path) =>
    isFile(path) ? path : path === "" || path.endsWith("/") ? `${path}index.html` : undefined,
  /** `http-server`, GitHub Pages: the extension may be left out. */
  "extension optional": (isFile) => (path) => [path, `${path}.html`, `${path}index.html`].find((each) => isFile(each)),
  /** Cloudflare Pages, `serve`: whoever asks with the extension is sent on. */
  "extension dropped": (isFile) => (path) => {
    const short = path.replace(/(^|(?<=\/))index\.html$|\.html$/, "");
    if (short !== path && isFile(path)) return {moved: short};
    return [path, `${path}.html`, `${path}index.html`].find((each) => isFile(each));
  }
};

/**
 * A folder behind an emulated host.
 *
 * @param folder is asked for at each request, so that a test may put another build in place
 */
export async function serveAs(lookup: keyof typeof lookups, folder: () => string, base = "/"): Promise<Site> {
  const server = createServer((request, response) => {
    const {pathname} = new URL(request.url ?? "/", "http://localhost");
    const isFile = (path: string) => statSync(join(folder(), path), {throwIfNoEntry: false})?.isFile() ?? false;
    const found = pathname.startsWith(base)
      ? lookups[lookup](isFile)(decodeURIComponent(pathname.slice(base.length)))
      : undefined;
    if (found === undefined || (typeof found === "string" && !isFile(found)))
      return response.writeHead(404, {"content-type": "text/plain"}).end("no such key");
    if (typeof found === "object") return response.writeHead(308, {location: base + found.moved}).end();
    const file = join(folder(), found);
    const modified = new Date(statSync(file).mtimeMs).toUTCString();
    if (request.headers["if-modified-since"] === modified) return response.writeHead(304).end();
    // No word on caching, as such hosts have none: browsers then decide by the file's age.
    response.writeHead(200, {"content-type": contentType(file), "last-modified": modified});
    return response.end(request.method === "HEAD" ? undefined : readFileSync(file));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    close: () =>
      new Promise((done) => {
        // A test ends its host to take the connection away, and once more when it is over.
        if (!server.listening) return done();
        server.close(() => done());
        server.closeAllConnections();
      })
  };
}

/** A folder behind a host that compresses text, as hosts on the internet do. */
export async function serveCompressed(folder: string, base: string): Promise<Site> {
  const server = createServer((request, response) => {
    const {pathname} = new URL(request.url ?? "/", "http://localhost");
    const file = join(folder, decodeURIComponent(pathname.slice(base.length)));
    if (!statSync(file, {throwIfNoEntry: false})?.isFile()) return response.writeHead(404).end();
    const type = contentType(file);
    const bytes = readFileSync(file);
    if (!/^text|javascript|json|svg|wasm/.test(type)) return response.writeHead(200, {"content-type": type}).end(bytes);
    return response.writeHead(200, {"content-type": type, "content-encoding": "gzip"}).end(gzipSync(bytes));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      })
  };
}

/** Python's server, which whoever has Python has. Undefined where it is not here. */
export async function servePython(folder: string): Promise<Site | undefined> {
  if (spawnSync("python3", ["--version"]).status !== 0) return undefined;
  const port = await freePort();
  return running(
    `http://127.0.0.1:${port}/`,
    "python3",
    `-m http.server ${port} --bind 127.0.0.1 --directory ${folder}`.split(" ")
  );
}

/** nginx with a location and a root, no more. Undefined where it is not here. */
export async function serveNginx(folder: string): Promise<Site | undefined> {
  if (spawnSync("nginx", ["-v"]).status !== 0) return undefined;
  const port = await freePort();
  const own = mkdtempSync(join(tmpdir(), "sfp-nginx-"));
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${own}/${name};`);
  const types =
    "types {text/html html; text/javascript js mjs; text/css css; application/json json; application/wasm wasm;}";
  writeFileSync(
    join(own, "nginx.conf"),
    `daemon off; pid ${own}/pid; error_log ${own}/error.log; events {} http {access_log off; ${types} ${paths.join(" ")}
    server {listen 127.0.0.1:${port}; root ${resolve(folder)};}}`
  );
  const site = await running(`http://127.0.0.1:${port}/`, "nginx", ["-p", own, "-c", join(own, "nginx.conf")]);
  return {
    url: site.url,
    close: async () => {
      await site.close();
      rmSync(own, {recursive: true, force: true});
    }
  };
}

async function running(url: string, program: string, words: string[]): Promise<Site> {
  const child = spawn(program, words, {stdio: "ignore"});
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  for (let tries = 0; ; ++tries) {
    if (await fetch(url).catch(() => undefined)) break;
    if (tries > 100 || child.exitCode !== null) throw new Error(`${program} does not answer at ${url}`);
    await new Promise((done) => setTimeout(done, 100));
  }
  return {
    url,
    close: async () => {
      child.kill();
      await ended;
    }
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const {port} = server.address() as AddressInfo;
  await new Promise<void>((done) => server.close(() => done()));
  return port;
}
