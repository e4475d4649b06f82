/** What computed numbers depend on besides weights and pictures: this project's code, and the libraries that decode and run. */
import {createHash} from "node:crypto";
import {readdirSync, readFileSync, statSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";

const project = fileURLToPath(new URL("../..", import.meta.url));

/** The code between a picture's file and the numbers of its record. */
const folders = [
  "components/records",
  "components/analysis",
  "components/model",
  "data/files",
  "data/engine",
  "data/records"
];

/** Packages whose versions can change the numbers: they decode pictures, run graphs, or write what is kept. */
const libraries = /^node_modules\/(sharp|@img\/.*|onnxruntime-(common|node)|onnx-proto|apache-arrow|fflate)$/;

let known: string | undefined;

/** SHA-256 over the code and the versions of the libraries, in hex: while it stays the same, so do the numbers. */
export function codeHash(): string {
  if (known !== undefined) return known;
  const hash = createHash("sha256");
  for (const folder of folders)
    for (const file of readdirSync(join(project, folder), {recursive: true, encoding: "utf8"}).toSorted()) {
      const path = join(project, folder, file);
      if (statSync(path).isFile()) hash.update(`${folder}/${file}\n`).update(readFileSync(path));
    }
  for (const line of libraryVersions()) hash.update(`${line}\n`);
  return (known = hash.digest("hex"));
}

/** `NAME VERSION` of each library, as package-lock.json pins it. */
export function libraryVersions(): string[] {
  const {packages} = JSON.parse(readFileSync(join(project, "package-lock.json"), "utf8")) as {
    packages: Record<string, {version?: string}>;
  };
  return Object.entries(packages)
    .filter(([path]) => libraries.test(path))
    .map(([path, {version}]) => `${path.slice("node_modules/".length)} ${version}`);
}
