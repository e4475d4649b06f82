import {spawn} from "node:child_process";
import {createRequire} from "node:module";
import {dirname, join} from "node:path";

/**
 * Runs a program with its output passed through, and resolves to its exit status (1 when a signal
 * ended it). An interrupt of this process reaches the child through the terminal, so that it is
 * waited for and not cut off.
 */
export function runProgram(program: string, args: string[], environment: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {stdio: "inherit", env: {...process.env, ...environment}});
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

/** Runs a Node program of an installed package, such as `node_modules/oxlint/bin/oxlint`. */
export function runBinary(name: string, args: string[], environment?: NodeJS.ProcessEnv): Promise<number> {
  return runProgram(process.execPath, [join("node_modules", ".bin", name), ...args], environment);
}

/** Runs Observable Framework's command line. */
export function runFramework(args: string[], environment: NodeJS.ProcessEnv = {}): Promise<number> {
  const manifest = createRequire(import.meta.url).resolve("@observablehq/framework/package.json");
  const program = join(dirname(manifest), "dist", "bin", "observable.js");
  return runProgram(process.execPath, ["--import", "tsx", program, ...args], {
    OBSERVABLE_TELEMETRY_DISABLE: "true",
    ...environment
  });
}
