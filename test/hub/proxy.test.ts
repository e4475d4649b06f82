import assert from "node:assert/strict";
import {execFileSync, spawn} from "node:child_process";
import {mkdtemp, readFile, rm} from "node:fs/promises";
import {createServer} from "node:https";
import {type AddressInfo, connect, type Socket} from "node:net";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {request as httpRequest} from "node:http";
import {test} from "node:test";
import {exchange, proxyFor} from "../../data/hub/http.js";
import {listen} from "../support/hub-server.js";

test("the proxy of an address, as the environment names it", () => {
  const environment = {
    HTTPS_PROXY: "http://secure:1",
    http_proxy: "plain:2",
    NO_PROXY: "localhost,.internal, example.org:444 ,10.0.0.1"
  };
  const proxy = (url: string, env: NodeJS.ProcessEnv = environment): string | undefined =>
    proxyFor(new URL(url), env)?.host;
  assert.equal(proxy("https://huggingface.co/x"), "secure:1");
  assert.equal(proxy("http://huggingface.co/x"), "plain:2");
  assert.equal(proxy("https://localhost/"), undefined);
  assert.equal(proxy("https://hub.internal/"), undefined);
  assert.equal(proxy("https://notinternal/"), "secure:1");
  assert.equal(proxy("https://example.org/"), "secure:1");
  assert.equal(proxy("https://example.org:444/"), undefined);
  assert.equal(proxy("http://10.0.0.1/"), undefined);
  assert.equal(proxy("https://huggingface.co/", {ALL_PROXY: "http://all:3"}), "all:3");
  assert.equal(proxy("https://huggingface.co/", {...environment, NO_PROXY: "*"}), undefined);
  assert.equal(proxy("https://huggingface.co/", {}), undefined);
});

test("plain HTTP goes to the proxy with its whole address, and credentials", async (t) => {
  const hub = await listen((request, response) => response.end(`hub ${request.url}`));
  let seen: (string | undefined)[] = [];
  const proxy = await listen((request, response) => {
    seen = [request.url, request.headers["proxy-authorization"]];
    httpRequest(request.url ?? "", (answer) => answer.pipe(response)).end();
  });
  t.after(() => Promise.all([hub.close(), proxy.close()]));
  const environment = {HTTP_PROXY: proxy.url.replace("//", "//me:p%40ss@")};
  const {body, status} = await exchange(new URL(`${hub.url}/file`), {environment});
  assert.equal(status, 200);
  assert.equal((await body.toArray()).join(""), "hub /file");
  assert.deepEqual(seen, [`${hub.url}/file`, `Basic ${Buffer.from("me:p@ss").toString("base64")}`]);
});

test("a proxy that refuses, or is not there, is named", async (t) => {
  const proxy = await listen(() => {});
  t.after(proxy.close);
  proxy.server.on("connect", (_, socket: Socket) => socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"));
  const ask = (HTTPS_PROXY: string) => exchange(new URL("https://hub.example/"), {environment: {HTTPS_PROXY}});
  await assert.rejects(ask(proxy.url), /the proxy 127\.0\.0\.1:\d+ refuses hub\.example:443 \(status 407\)/);
  await assert.rejects(ask("http://127.0.0.1:9"), /cannot reach the proxy 127\.0\.0\.1:9 \(ECONNREFUSED\)/);
});

const noOpenssl = (() => {
  try {
    execFileSync("openssl", ["version"]);
    return false;
  } catch {
    return "no openssl to make a certificate with";
  }
})();

test("HTTPS goes through a tunnel, from the command line too", {skip: noOpenssl}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "sfp-proxy-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const file = ["-keyout", key, "-out", cert, "-days", "2"];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...file, ...name], {stdio: "ignore"});
  const paths: string[] = [];
  const hub = createServer({key: await readFile(key), cert: await readFile(cert)}, (request, response) => {
    paths.push(request.url ?? "");
    response.writeHead(404, {"x-error-code": "EntryNotFound"}).end();
  });
  await new Promise<void>((resolve) => hub.listen(0, "localhost", resolve));
  const proxy = await listen(() => {});
  const tunnels: string[] = [];
  const sockets: Socket[] = [];
  proxy.server.on("connect", (request, client: Socket) => {
    tunnels.push(request.url ?? "");
    const {port} = hub.address() as AddressInfo;
    const server = connect(port, "localhost", () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      server.pipe(client).pipe(server);
    });
    // Either side may leave first.
    for (const socket of [client, server]) socket.on("error", () => {});
    sockets.push(client, server);
  });
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    hub.close();
    await proxy.close();
    await rm(folder, {recursive: true});
  });

  const endpoint = `https://localhost:${(hub.address() as AddressInfo).port}`;
  const environment = {
    ...process.env,
    HF_ENDPOINT: endpoint,
    HTTPS_PROXY: proxy.url,
    NO_PROXY: "",
    no_proxy: "",
    NODE_EXTRA_CA_CERTS: cert,
    SFP_MODELS: folder
  };
  // Node reads extra certificates only when it starts.
  const child = spawn(process.execPath, ["--import", "tsx", "data/cli/sfp.ts", "models", "get", "vit-ti-16"], {
    env: environment
  });
  const errors: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  const status = await new Promise((resolve) => child.on("close", resolve));
  assert.match(Buffer.concat(errors).toString(), /has no model\.safetensors at revision "main"/);
  assert.equal(status, 1);
  assert.deepEqual(tunnels, [endpoint.replace("https://", "")]);
  assert.match(paths[0], /^\/timm\/vit_tiny_patch16_224\.augreg_in21k_ft_in1k\/resolve\/main\/model\.safetensors$/);
});
