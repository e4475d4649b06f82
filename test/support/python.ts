/** Python, for tests of what is written for it. */
import {spawnSync} from "node:child_process";

const python = process.env.PYTHON ?? "python3";

/** Runs code in a folder. */
export function runPython(code: string, folder: string) {
  return spawnSync(python, ["-c", code], {cwd: folder, encoding: "utf8", timeout: 120_000});
}

/** Why code that needs these modules cannot run here; false where it can. */
export function lacking(...modules: string[]): string | false {
  const missing = modules.find((name) => runPython(`import ${name}`, ".").status !== 0);
  return missing === undefined ? false : `${python} has no ${missing}`;
}
