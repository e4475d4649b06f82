// npm run build: writes the site to dist/. BASE=/name/ builds it for a path of a host.
import {rmSync} from "node:fs";
import {runFramework} from "./process.js";

// Framework reuses whatever its loaders wrote earlier, even after a loader is edited.
// A release is built from what the loaders write now; KEEP=1 skips that while developing.
if (!process.env.KEEP) rmSync("src/.observablehq/cache/data", {recursive: true, force: true});
rmSync("dist", {recursive: true, force: true});

process.exitCode = await runFramework(["build"]);
