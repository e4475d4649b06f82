/** Runs the command line as a person does. */
import {spawnSync} from "node:child_process";
import {fileURLToPath} from "node:url";

const project = fileURLToPath(new URL("../..", import.meta.url));

/** What `npm run sfp -- ARGS` answers. */
export function sfp(...args: string[]): {status: number | null; stdout: string; stderr: string} {
  const {status, stdout, stderr} = spawnSync(process.execPath, ["--import", "tsx", "data/cli/sfp.ts", ...args], {
    cwd: project,
    encoding: "utf8",
    maxBuffer: 2 ** 28
  });
  return {status, stdout, stderr};
}
