// npm run clean: removes what builds and loaders wrote, and nothing that was downloaded.
import {rmSync} from "node:fs";

for (const folder of ["dist", "src/.observablehq"]) rmSync(folder, {recursive: true, force: true});
