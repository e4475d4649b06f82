// What a checkout may look like, and what start says about it.
import assert from "node:assert/strict";
import {execFile} from "node:child_process";
import {lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {createServer} from "node:http";
import type {AddressInfo} from "node:net";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test, type TestContext} from "node:test";
import {promisify} from "node:util";
import {needWritable, restoreLinks} from "../../scripts/checkout.js";

const execute = promisify(execFile);

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), "sfp-checkout-"));
  t.after(() => rmSync(made, {recursive: true, force: true}));
  return made;
}

test("links that git wrote as text files, as on Windows, become links, once", (t) => {
  const root = folder(t);
  for (const name of ["src", "components", "data"]) mkdirSync(join(root, name));
  writeFileSync(join(root, "components/here.ts"), "found");
  writeFileSync(join(root, "src/components"), "../components");
  writeFileSync(join(root, "src/data"), "../data\r\n");
  assert.deepEqual(restoreLinks(root), ["src/components", "src/data"]);
  assert.ok(lstatSync(join(root, "src/data")).isSymbolicLink());
  assert.equal(readFileSync(join(root, "src/components/here.ts"), "utf8"), "found");
  assert.deepEqual(restoreLinks(root), []);
});

test("links that are missing are made, and a file of somebody's own is not overwritten", (t) => {
  const root = folder(t);
  for (const name of ["src", "components", "data"]) mkdirSync(join(root, name));
  writeFileSync(join(root, "src/data"), "my notes");
  assert.throws(() => restoreLinks(root), /src.data: a link to \.\.\/data belongs here/);
  assert.equal(readFileSync(join(root, "src/data"), "utf8"), "my notes");
  assert.ok(lstatSync(join(root, "src/components")).isSymbolicLink());
});

test("a checkout that cannot be written to is named, with the remedy", (t) => {
  // Below a file not even root can make a folder.
  const file = join(folder(t), "cache");
  writeFileSync(file, "");
  assert.throws(() => needWritable([join(file, "records")]), /cache.records cannot be written to .*Copy the project/);
});

/** Runs npm start's program; it is expected to end by itself. */
async function start(env: NodeJS.ProcessEnv, ...args: string[]): Promise<{code: number; output: string}> {
  const run = execute(process.execPath, ["--import", "tsx", "scripts/start.ts", ...args], {
    env: {...process.env, ...env},
    timeout: 60_000
  });
  try {
    const {stdout, stderr} = await run;
    return {code: 0, output: stdout + stderr};
  } catch (error) {
    const {code, stdout, stderr} = error as {code: number; stdout: string; stderr: string};
    return {code, output: stdout + stderr};
  }
}

test("a port that is in use is said in one line, with another to take", async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const {port} = server.address() as AddressInfo;
  for (const [env, args] of [
    [{PORT: String(port)}, []],
    [{PORT: ""}, ["--port", String(port)]]
  ] as const) {
    const {code, output} = await start(env, ...args);
    assert.equal(code, 1);
    assert.match(output, new RegExp(`^Port ${port} is in use.*PORT=${port + 1} npm start`));
    assert.equal(output.trim().split("\n").length, 1);
  }
  assert.match((await start({PORT: "many"})).output, /^PORT=many is no port/);
});
