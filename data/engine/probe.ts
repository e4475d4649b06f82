/**
 * Exits with 0 if the provider named on the command line computes correctly, in a process of its own because a broken
 * driver may take the process with it. The second word is the device's key; what a person should know goes to stdout.
 */
import {checkOnce} from "../../components/model/self-check.js";
import {gpu} from "./device.js";
import {passedIn} from "./passed.js";

const [name, key] = process.argv.slice(2);
try {
  const note = await checkOnce(gpu(name as "cuda" | "webgpu"), "float32", key, passedIn());
  if (note) process.stdout.write(note);
} catch (error) {
  process.stderr.write(String(error instanceof Error ? error.message : error).split("\n")[0] + "\n");
  process.exitCode = 1;
}
// A driver may keep threads that never end.
process.exit();
